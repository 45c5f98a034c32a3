package dev.clipjet.conformance.growth;

import dev.clipjet.error.ImageFormatException;
import dev.clipjet.preprocess.ImageDecoder;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** Images of every format, sound and hostile, of growing size. Being refused is an answer, too. */
class ImageGrowthTest {
    private static void check(String name, Growth.Input<byte[]> input) throws Exception {
        Growth.check(name, input, data -> {
            try {
                ImageDecoder.decode(data, name);
            } catch (ImageFormatException refused) {
                // As good as a picture.
            }
        });
    }

    private static final class Bytes extends ByteArrayOutputStream {
        Bytes add(int... values) {
            for (int value : values) {
                write(value);
            }
            return this;
        }

        Bytes add(byte[] bytes) {
            writeBytes(bytes);
            return this;
        }

        Bytes text(String text) {
            return add(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        Bytes i16(int value) {
            return add(value & 0xff, value >> 8 & 0xff);
        }

        Bytes i32(int value) {
            return i16(value).i16(value >> 16);
        }

        Bytes b16(int value) {
            return add(value >> 8 & 0xff, value & 0xff);
        }
    }

    private static byte[] noise(int bytes) {
        byte[] noise = new byte[bytes];
        new Random(bytes).nextBytes(noise);
        return noise;
    }

    private static byte[] encoded(String format, int bytes, int bytesPerPixel) throws Exception {
        int side = Math.max(8, (int) Math.sqrt((double) bytes / bytesPerPixel));
        BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(side);
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                image.setRGB(x, y, random.nextInt());
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, format, out);
        return out.toByteArray();
    }

    @Test
    void soundImages() throws Exception {
        check("jpeg, noise", n -> encoded("jpg", n, 1));
        check("png, noise", n -> encoded("png", n, 3));
        check("bmp, noise", n -> encoded("bmp", n, 3));
        check("gif, noise", n -> encoded("gif", n, 1));
        check("tiff, noise", n -> encoded("tiff", n, 3));
    }

    private static byte[] tiff(int entries, int tag, int count) {
        Bytes out = new Bytes().text("II*\0").i32(8).i16(Math.min(entries + 4, 65535));
        for (int[] e : new int[][] {{256, 1}, {257, 1}, {259, 1}, {262, 1}}) {
            out.i16(e[0]).i16(3).i32(1).i32(e[1]);
        }
        for (int i = 0; i < Math.min(entries, 65531); i++) {
            out.i16(tag < 0 ? 400 + i & 0xffff : tag).i16(1).i32(count).i32(10);
        }
        return out.add(new byte[68]).toByteArray();
    }

    @Test
    void tiffDirectories() throws Exception {
        check("tiff, one tag many times", n -> tiff(n / 12, 273, n - n / 8));
        check("tiff, many tags", n -> tiff(n / 12, -1, n - n / 8));
    }

    @Test
    void tiffStrips() throws Exception {
        for (int compression : new int[] {1, 5, 8, 32773}) {
            check("tiff, strips of a row, compression " + compression, n -> {
                int strips = n / 9;
                int data = 8 + 2 + 12 * 8 + 4;
                Bytes out = new Bytes().text("II*\0").i32(8).i16(8);
                int[][] entries = {
                    {256, 3, 1, 1},
                    {257, 4, 1, strips},
                    {258, 3, 1, 8},
                    {259, 3, 1, compression},
                    {262, 3, 1, 1},
                    {273, 4, strips, data},
                    {278, 3, 1, 1},
                    {279, 4, strips, data + 4 * strips}
                };
                for (int[] e : entries) {
                    out.i16(e[0]).i16(e[1]).i32(e[2]).i32(e[3]);
                }
                out.i32(0);
                for (int i = 0; i < strips; i++) {
                    out.i32(4);
                }
                for (int i = 0; i < strips; i++) {
                    out.i32(4);
                }
                return out.toByteArray();
            });
        }
    }

    private static Bytes jpeg(int width, int height, boolean progressive) {
        Bytes out = new Bytes().add(0xff, 0xd8, 0xff, 0xdb).b16(67).add(0);
        for (int i = 0; i < 64; i++) {
            out.add(1);
        }
        out.add(0xff, progressive ? 0xc2 : 0xc0)
                .b16(11)
                .add(8)
                .b16(height)
                .b16(width)
                .add(1, 1, 0x11, 0);
        // Codes of one and two bits: DC 0 and 1, AC end of band and of long runs.
        out.add(0xff, 0xc4).b16(21).add(0, 1, 1).add(new byte[14]).add(0, 1);
        return out.add(0xff, 0xc4).b16(21).add(0x10, 1, 1).add(new byte[14]).add(0, 0xe0);
    }

    @Test
    void jpegScans() throws Exception {
        check("jpeg, refinements of nothing", n -> {
            int side = Math.min(65500, (int) Math.sqrt(n * 450.0) / 8 * 8);
            Bytes out = jpeg(side, side, true);
            for (int i = 0; i < 200; i++) {
                out.add(0xff, 0xda).b16(8).add(1, 1, 0, 1, 63, 0x10).add(noFf(noise(n / 1600)));
            }
            return out.add(0xff, 0xd9).add(new byte[n]).toByteArray();
        });
        check("jpeg, many scans of end-of-band runs", n -> {
            int side = Math.min(65500, (int) Math.sqrt(n * 200.0) / 8 * 8);
            Bytes out = jpeg(side, side, true);
            out.add(0xff, 0xda).b16(8).add(1, 1, 0, 0, 0, 1).add(new byte[n / 2]);
            for (int i = 0; i < n / 40; i++) {
                out.add(0xff, 0xda)
                        .b16(8)
                        .add(1, 1, 0, 1, 63, i == 0 ? 0 : i % 2 == 0 ? 0 : 1)
                        .add(0xbf, 0xfe, 0xbf);
            }
            return out.add(0xff, 0xd9).toByteArray();
        });
        check("jpeg, many scans of one block", n -> {
            Bytes out = jpeg(8, 8, true);
            for (int i = 0; i < n / 12; i++) {
                out.add(0xff, 0xda).b16(8).add(1, 1, 0, 0, 0, 0).add(0, 0);
            }
            return out.add(0xff, 0xd9).toByteArray();
        });
        check("jpeg, restart markers", n -> {
            int side = (int) Math.sqrt(n * 16.0) / 8 * 8;
            Bytes out = jpeg(side, side, false).add(0xff, 0xdd).b16(4).b16(1);
            out.add(0xff, 0xda).b16(8).add(1, 1, 0, 0, 63, 0);
            for (int i = 0; i < n / 4; i++) {
                out.add(0, 0, 0xff, 0xd0 + i % 8);
            }
            return out.add(0xff, 0xd9).toByteArray();
        });
        check("jpeg, wrong restart markers", n -> {
            int side = (int) Math.sqrt(n * 16.0) / 8 * 8;
            Bytes out = jpeg(side, side, false).add(0xff, 0xdd).b16(4).b16(1);
            out.add(0xff, 0xda).b16(8).add(1, 1, 0, 0, 63, 0);
            Random random = new Random(n);
            for (int i = 0; i < n / 4; i++) {
                out.add(0, 0, 0xff, 0xd0 + random.nextInt(8));
            }
            return out.add(0xff, 0xd9).toByteArray();
        });
        check("jpeg, segments", n -> {
            Bytes out = new Bytes().add(0xff, 0xd8);
            for (int i = 0; i < n / 8; i++) {
                out.add(0xff, 0xe1).b16(4).add(1, 2, 3, 4);
            }
            return out.toByteArray();
        });
        check("jpeg, damaged scan", n -> {
            int side = (int) Math.sqrt(n * 16.0) / 8 * 8;
            return jpeg(side, side, false)
                    .add(0xff, 0xda)
                    .b16(8)
                    .add(1, 1, 0, 0, 63, 0)
                    .add(noFf(noise(n)))
                    .add(0xff, 0xd9)
                    .toByteArray();
        });
    }

    private static byte[] noFf(byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] &= 0x7f;
        }
        return bytes;
    }

    private static void chunk(Bytes out, String name, byte[] body) {
        CRC32 crc = new CRC32();
        crc.update(name.getBytes(StandardCharsets.ISO_8859_1));
        crc.update(body);
        out.add(ByteBuffer.allocate(4).putInt(body.length).array()).text(name).add(body);
        out.add(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }

    private static Bytes png(int width, int height, int depth, int type) {
        Bytes out = new Bytes().add(0x89).text("PNG\r\n\u001a\n");
        ByteBuffer header = ByteBuffer.allocate(13)
                .putInt(width)
                .putInt(height)
                .put((byte) depth)
                .put((byte) type);
        chunk(out, "IHDR", header.array());
        return out;
    }

    private static byte[] deflated(byte[] data) {
        Deflater deflater = new Deflater(1);
        deflater.setInput(data);
        deflater.finish();
        byte[] out = new byte[data.length + data.length / 100 + 1000];
        byte[] all = java.util.Arrays.copyOf(out, deflater.deflate(out));
        deflater.end();
        return java.util.Arrays.copyOf(out, all.length);
    }

    @Test
    void pngChunks() throws Exception {
        check("png, one pixel wide", n -> {
            Bytes out = png(1, 30 * n, 8, 0);
            chunk(out, "IDAT", deflated(new byte[60 * n]));
            chunk(out, "IEND", new byte[0]);
            return out.toByteArray();
        });
        check("png, chunks", n -> {
            Bytes out = png(8, 8, 8, 0);
            for (int i = 0; i < n / 16; i++) {
                chunk(out, "teXt", new byte[4]);
            }
            return out.toByteArray();
        });
        check("png, pixel data in pieces", n -> {
            byte[] data = deflated(noise(n / 16));
            Bytes out = png(63, n / 16 / 64, 8, 0);
            for (byte b : data) {
                chunk(out, "IDAT", new byte[] {b});
            }
            chunk(out, "IEND", new byte[0]);
            return out.toByteArray();
        });
    }

    @Test
    void gifBlocks() throws Exception {
        check("gif, extensions", n -> {
            Bytes out = new Bytes().text("GIF89a").i16(8).i16(8).add(0, 0, 0);
            for (int i = 0; i < n / 6; i++) {
                out.add('!', 0xfe, 2, 1, 1, 0);
            }
            return out.toByteArray();
        });
        check(
                "gif, empty blocks",
                n -> new Bytes()
                        .text("GIF89a")
                        .i16(8)
                        .i16(8)
                        .add(0, 0, 0, ',')
                        .i16(0)
                        .i16(0)
                        .i16(8)
                        .i16(8)
                        .add(0, 8)
                        .add(new byte[n])
                        .toByteArray());
        check("gif, long strings", n -> {
            int side = Math.min(65535, (int) Math.sqrt(n * 1000.0));
            Bytes out = new Bytes().text("GIF89a").i16(side).i16(side).add(0, 0, 0, ',');
            out.i16(0).i16(0).i16(side).i16(side).add(0, 8);
            long bits = 0;
            int count = 0;
            int size = 9;
            int next = 258;
            Bytes data = new Bytes();
            bits |= 0L;
            for (int code = 0; data.size() < n; ) {
                bits |= (long) code << count;
                count += size;
                while (count >= 8) {
                    data.add((int) bits & 0xff);
                    bits >>>= 8;
                    count -= 8;
                }
                code = next < 4095 ? next : 4094;
                next = Math.min(next + 1, 4096);
                size = next >= 2048 + 1 ? 12 : next >= 1025 ? 11 : next >= 513 ? 10 : 9;
            }
            byte[] all = data.toByteArray();
            for (int i = 0; i + 255 <= all.length; i += 255) {
                out.add(255).add(java.util.Arrays.copyOfRange(all, i, i + 255));
            }
            return out.add(0, ';').toByteArray();
        });
    }

    @Test
    void webpChunks() throws Exception {
        check("webp, chunks", n -> {
            Bytes body = new Bytes().text("WEBPVP8X").i32(10).i32(0).add(7, 0, 0, 7, 0, 0);
            for (int i = 0; i < n / 10; i++) {
                body.text("ABCD").i32(2).add(1, 2);
            }
            return new Bytes()
                    .text("RIFF")
                    .i32(body.size())
                    .add(body.toByteArray())
                    .toByteArray();
        });
        check("webp, lossless noise", n -> {
            int side = Math.min(16383, (int) Math.sqrt(n * 8.0));
            BitWriter bits = new BitWriter();
            bits.put(0x2f, 8).put(side - 1, 14).put(side - 1, 14).put(0, 4);
            bits.put(0, 1).put(0, 1).put(0, 1); // no transform, no cache, one group
            bits.put(1, 1).put(1, 1).put(1, 1).put(10, 8).put(200, 8); // green is 10 or 200
            for (int i = 0; i < 4; i++) {
                bits.put(1, 1).put(0, 1).put(0, 1).put(0, 1);
            }
            byte[] data = bits.bytes();
            byte[] pixels = noise(side * side / 8 + 1);
            int size = data.length + pixels.length & -2;
            Bytes out = new Bytes()
                    .text("RIFF")
                    .i32(12 + size)
                    .text("WEBPVP8L")
                    .i32(size)
                    .add(data)
                    .add(pixels);
            return java.util.Arrays.copyOf(out.toByteArray(), 20 + size);
        });
        check("webp, groups of codes", n -> {
            int groups = Math.min(65536, Math.max(4, n / 4));
            BitWriter bits = new BitWriter();
            int side = 1024;
            bits.put(0x2f, 8).put(side - 1, 14).put(side - 1, 14).put(0, 4);
            bits.put(0, 1).put(0, 1).put(1, 1).put(0, 3); // groups of 4x4 pixels
            bits.put(0, 1); // the image of groups: two values of red and green, among them the highest
            int last = groups - 1;
            bits.put(1, 1).put(1, 1).put(1, 1).put(0, 8).put(last & 255, 8);
            bits.put(1, 1).put(1, 1).put(1, 1).put(0, 8).put(last >> 8, 8);
            for (int i = 0; i < 3; i++) {
                bits.put(1, 1).put(0, 1).put(0, 1).put(0, 1);
            }
            for (int i = 0; i < 256 * 256; i++) {
                bits.put(i & 3, 2);
            }
            for (int g = 0; g < groups; g++) {
                for (int i = 0; i < 5; i++) {
                    bits.put(1, 1).put(0, 1).put(0, 1).put(0, 1);
                }
            }
            byte[] data = bits.bytes();
            int size = data.length & -2;
            Bytes out = new Bytes()
                    .text("RIFF")
                    .i32(12 + size)
                    .text("WEBPVP8L")
                    .i32(size)
                    .add(data);
            return java.util.Arrays.copyOf(out.toByteArray(), 20 + size);
        });
    }

    private static final class BitWriter {
        private final Bytes out = new Bytes();
        private long bits;
        private int count;

        BitWriter put(int value, int size) {
            bits |= (long) value << count;
            count += size;
            while (count >= 8) {
                out.add((int) bits & 0xff);
                bits >>>= 8;
                count -= 8;
            }
            return this;
        }

        byte[] bytes() {
            return out.add((int) bits & 0xff).add(new byte[8]).toByteArray();
        }
    }

    @Test
    void bmpRuns() throws Exception {
        for (int first : new int[] {1, 0}) {
            check("bmp, run lengths " + first, n -> {
                int side = (int) Math.sqrt(first == 1 ? n / 2.0 : n / 8.0) / 4 * 4;
                ByteBuffer header = ByteBuffer.allocate(54 + 1024).order(ByteOrder.LITTLE_ENDIAN);
                header.put((byte) 'B').put((byte) 'M').putInt(0).putInt(0).putInt(54 + 1024);
                header.putInt(40)
                        .putInt(side)
                        .putInt(side)
                        .putShort((short) 1)
                        .putShort((short) 8)
                        .putInt(1);
                Bytes out = new Bytes().add(header.array());
                for (int i = 0; i < n / 8; i++) {
                    out.add(first == 1 ? new byte[] {1, 7, 1, 8, 1, 9, 0, 0} : new byte[] {0, 3, 1, 2, 3, 0, 0, 0});
                }
                return out.toByteArray();
            });
        }
    }
}
