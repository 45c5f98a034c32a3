package dev.clipjet.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.clipjet.error.ImageFormatException;
import dev.clipjet.error.ImageFormatException.Kind;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Broken images made here: each names what is wrong with it, and nothing but the typed error ever comes out. */
class MalformedImageTest {

    private static final byte[] PNG = bytes("89504e470d0a1a0a");

    static Stream<Arguments> broken() {
        byte[] jpeg = encoded("jpg", 40, 30);
        byte[] gif = encoded("gif", 20, 20);
        byte[] bmp = encoded("bmp", 20, 20);
        return Stream.of(
                broken("empty", new byte[0], Kind.TRUNCATED, "the file is empty"),
                broken("text", ascii("not an image"), Kind.UNRECOGNIZED, "no JPEG, PNG, GIF, WebP, BMP or TIFF"),
                broken("png of nothing", PNG, Kind.TRUNCATED, "no IHDR chunk"),
                broken("png without pixels", png(header(4, 4, 8, 2)), Kind.TRUNCATED, "no IDAT chunk"),
                broken("png 0 wide", png(header(0, 4, 8, 2)), Kind.MALFORMED, "0x4 pixels"),
                broken("png of 2^31", png(header(0x7fffffff, 0x7fffffff, 8, 2)), Kind.LIMIT, "2147483647x2147483647"),
                broken(
                        "png beyond the heap",
                        png(header(13_000, 13_000, 16, 6), idat(50)),
                        Kind.TRUNCATED,
                        "cannot hold"),
                broken("png depth", png(header(4, 4, 3, 2)), Kind.MALFORMED, "color type 2 with bit depth 3"),
                broken("png short", png(header(4, 4, 8, 0), idat(7)), Kind.TRUNCATED, "ends in row 1 of 4"),
                broken(
                        "png filter",
                        png(header(4, 1, 8, 0), chunk("IDAT", deflate(9, 0, 0, 0, 0))),
                        Kind.MALFORMED,
                        "row 0 has filter type 9"),
                broken(
                        "png zlib",
                        png(header(4, 1, 8, 0), chunk("IDAT", ascii("nonsense"))),
                        Kind.MALFORMED,
                        "not a deflate stream"),
                broken(
                        "png chunk length",
                        join(PNG, header(4, 4, 8, 0), bytes("ffffffff49444154")),
                        Kind.TRUNCATED,
                        "ends in row 0 of 4"),
                broken("jpeg of nothing", bytes("ffd8"), Kind.TRUNCATED, "ends without image data"),
                broken("jpeg without frame", bytes("ffd8ffd9"), Kind.TRUNCATED, "ends without image data"),
                broken("jpeg 0 high", patched(jpeg, sof(jpeg) + 5, 0, 0), Kind.MALFORMED, "x0 pixels"),
                broken(
                        "jpeg 65535 square",
                        patched(jpeg, sof(jpeg) + 5, 255, 255, 255, 255),
                        Kind.LIMIT,
                        "65535x65535"),
                broken(
                        "jpeg 12000 square",
                        patched(jpeg, sof(jpeg) + 5, 0x2e, 0xe0, 0x2e, 0xe0),
                        Kind.TRUNCATED,
                        "cannot hold"),
                broken("jpeg 12 bits", patched(jpeg, sof(jpeg) + 4, 12), Kind.UNSUPPORTED, "12 bits per sample"),
                broken("jpeg lossless", patched(jpeg, sof(jpeg) + 1, 0xc3), Kind.UNSUPPORTED, "lossless JPEG"),
                broken("jpeg arithmetic", patched(jpeg, sof(jpeg) + 1, 0xc9), Kind.UNSUPPORTED, "arithmetic coding"),
                broken("jpeg two components", patched(jpeg, sof(jpeg) + 9, 2), Kind.UNSUPPORTED, "2 components"),
                broken("jpeg sampling", patched(jpeg, sof(jpeg) + 11, 0x05), Kind.MALFORMED, "sampling factors 0x5"),
                broken(
                        "jpeg cut",
                        Arrays.copyOf(jpeg, jpeg.length * 3 / 4),
                        Kind.TRUNCATED,
                        "the file ends within a scan"),
                broken("gif cut", Arrays.copyOf(gif, gif.length - 60), Kind.TRUNCATED, "ends in row"),
                broken("gif of nothing", ascii("GIF89a\1\0\1\0\0\0\0;"), Kind.MALFORMED, "there is no frame"),
                broken(
                        "bmp cut",
                        Arrays.copyOf(bmp, bmp.length - 1),
                        Kind.TRUNCATED,
                        "the pixel data needs 1200 bytes"),
                broken("bmp depth", patched(bmp, 28, 7), Kind.UNSUPPORTED, "7 bits per pixel"),
                broken("bmp header", patched(bmp, 14, 41), Kind.UNSUPPORTED, "header of 41 bytes"),
                broken("bmp compression", patched(bmp, 30, 9), Kind.UNSUPPORTED, "compression 9"),
                broken(
                        "webp container",
                        join(ascii("RIFF\0\1\0\0WEBPVP8 "), new byte[8]),
                        Kind.TRUNCATED,
                        "RIFF container"),
                broken(
                        "webp lossy",
                        webp("VP8 ", bytes("0100009d012a01000100")),
                        Kind.MALFORMED,
                        "no visible key frame"),
                broken("webp lossless", webp("VP8L", bytes("2e00000000")), Kind.MALFORMED, "has no signature"),
                broken("webp codes", webp("VP8L", bytes("2f0000000000000000")), Kind.MALFORMED, "not complete"),
                broken("tiff of nothing", bytes("49492a0008000000"), Kind.TRUNCATED, "image directory"));
    }

    private static Arguments broken(String name, byte[] data, Kind kind, String problem) {
        return Arguments.of(name, data, kind, problem);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("broken")
    void isATypedError(String name, byte[] data, Kind kind, String problem) {
        ImageFormatException error =
                catchThrowableOfType(ImageFormatException.class, () -> ImageDecoder.decode(data, name));
        assertThat(error).as(name).isNotNull();
        assertThat(error.kind()).as(error.getMessage()).isEqualTo(kind);
        assertThat(error.source()).isEqualTo(name);
        assertThat(error).hasMessageStartingWith(name + ": ").hasMessageContaining(problem);
    }

    @Test
    void aMissingFileIsATypedError() {
        assertThatExceptionOfType(ImageFormatException.class)
                .isThrownBy(() -> ImageDecoder.decode(Path.of("no", "such", "photo.jpg")))
                .withMessageContaining("photo.jpg")
                .matches(e -> e.kind() == Kind.MISSING);
    }

    @Test
    void limitsHold() {
        byte[] png = encoded("png", 40, 30);
        DecodeOptions few = DecodeOptions.DEFAULT.withMaxPixels(1199);
        assertThatExceptionOfType(ImageFormatException.class)
                .isThrownBy(() -> ImageDecoder.decode(png, "photo", few))
                .withMessage("photo: the header says 40x30 pixels, the limit is 1199 pixels");
        assertThat(ImageDecoder.decode(png, "photo", few.withMaxPixels(1200)).width())
                .isEqualTo(40);
        assertThatExceptionOfType(ImageFormatException.class)
                .isThrownBy(() -> ImageDecoder.decode(png, "photo", DecodeOptions.DEFAULT.withMaxBytes(3000)))
                .withMessageContaining("bytes of memory, the limit is 3000")
                .matches(e -> e.kind() == Kind.LIMIT);
    }

    /** Random damage: whatever comes out is an image or the typed error. */
    @ParameterizedTest
    @MethodSource("formats")
    void damageIsHarmless(String format) {
        byte[] whole = encoded(format, 60, 50);
        Random random = new Random(7);
        int errors = 0;
        for (int round = 0; round < 400; round++) {
            byte[] damaged = whole.clone();
            for (int i = random.nextInt(6); i >= 0; i--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            if (random.nextInt(4) == 0) {
                damaged = Arrays.copyOf(damaged, random.nextInt(damaged.length));
            }
            try {
                DecodedImage image = ImageDecoder.decode(damaged, "damaged");
                assertThat(image.pixels())
                        .hasSize(image.width() * image.height() * image.mode().bytesPerPixel());
            } catch (ImageFormatException e) {
                // The net for unforeseen faults must not be what catches damage.
                assertThat(e).hasMessageNotContaining("contradicts itself");
                errors++;
            }
        }
        assertThat(errors).isBetween(20, 400);
    }

    static Stream<String> formats() {
        return Stream.of("png", "jpg", "gif", "bmp", "tif");
    }

    @Test
    void damagedWebpIsHarmless() throws IOException {
        PreprocessGolden golden = PreprocessGolden.open();
        Random random = new Random(11);
        int errors = 0;
        for (String name : new String[] {"webp-lossless-alpha", "webp-alpha", "webp-anim"}) {
            byte[] whole = java.nio.file.Files.readAllBytes(golden.file(golden.image(name)));
            for (int round = 0; round < 200; round++) {
                byte[] damaged = whole.clone();
                for (int i = random.nextInt(6); i >= 0; i--) {
                    damaged[random.nextInt(round % 2 == 0 ? 200 : damaged.length)] = (byte) random.nextInt(256);
                }
                try {
                    ImageDecoder.decode(damaged, "damaged");
                } catch (ImageFormatException e) {
                    assertThat(e).hasMessageNotContaining("contradicts itself");
                    errors++;
                }
            }
        }
        assertThat(errors).isBetween(100, 600);
    }

    private static byte[] encoded(String format, int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, x * 5 << 16 | y * 7 << 8 | (x * y & 0xff));
            }
        }
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            assertThat(ImageIO.write(image, format, out)).as(format).isTrue();
            return out.toByteArray();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static int sof(byte[] jpeg) {
        for (int i = 2; i < jpeg.length; i += 2 + ((jpeg[i + 2] & 0xff) << 8 | (jpeg[i + 3] & 0xff))) {
            if ((jpeg[i + 1] & 0xff) == 0xc0) {
                return i;
            }
        }
        throw new AssertionError("no SOF0");
    }

    private static byte[] patched(byte[] data, int at, int... values) {
        byte[] copy = data.clone();
        for (int i = 0; i < values.length; i++) {
            copy[at + i] = (byte) values[i];
        }
        return copy;
    }

    private static byte[] png(byte[]... chunks) {
        return join(PNG, join(chunks));
    }

    private static byte[] header(int width, int height, int depth, int colorType) {
        return chunk(
                "IHDR",
                ByteBuffer.allocate(13)
                        .putInt(width)
                        .putInt(height)
                        .put((byte) depth)
                        .put((byte) colorType)
                        .array());
    }

    private static byte[] idat(int zeros) {
        return chunk("IDAT", deflate(new int[zeros]));
    }

    private static byte[] deflate(int... values) {
        byte[] raw = new byte[values.length];
        for (int i = 0; i < raw.length; i++) {
            raw[i] = (byte) values[i];
        }
        Deflater deflater = new Deflater();
        deflater.setInput(raw);
        deflater.finish();
        byte[] out = new byte[raw.length + 100];
        byte[] exact = Arrays.copyOf(out, deflater.deflate(out));
        System.arraycopy(out, 0, exact, 0, exact.length);
        deflater.end();
        return exact;
    }

    private static byte[] chunk(String type, byte[] body) {
        byte[] typed = join(ascii(type), body);
        CRC32 crc = new CRC32();
        crc.update(typed);
        return ByteBuffer.allocate(body.length + 12)
                .putInt(body.length)
                .put(typed)
                .putInt((int) crc.getValue())
                .array();
    }

    private static byte[] webp(String type, byte[] body) {
        int padded = body.length + (body.length & 1);
        ByteBuffer file = ByteBuffer.allocate(20 + padded).order(ByteOrder.LITTLE_ENDIAN);
        file.put(ascii("RIFF"))
                .putInt(12 + padded)
                .put(ascii("WEBP" + type))
                .putInt(body.length)
                .put(body);
        return file.array();
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }
}
