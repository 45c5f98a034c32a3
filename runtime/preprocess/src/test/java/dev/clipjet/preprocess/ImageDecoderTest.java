package dev.clipjet.preprocess;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Against the decoders of the JDK, on images made here. */
class ImageDecoderTest {

    static Stream<Arguments> lossless() {
        return Stream.of(
                Arguments.of("png", BufferedImage.TYPE_3BYTE_BGR, PixelMode.RGB),
                Arguments.of("png", BufferedImage.TYPE_4BYTE_ABGR, PixelMode.RGBA),
                Arguments.of("png", BufferedImage.TYPE_BYTE_BINARY, PixelMode.BILEVEL),
                Arguments.of("png", BufferedImage.TYPE_BYTE_INDEXED, PixelMode.P),
                Arguments.of("gif", BufferedImage.TYPE_BYTE_INDEXED, PixelMode.P),
                Arguments.of("bmp", BufferedImage.TYPE_3BYTE_BGR, PixelMode.RGB),
                Arguments.of("bmp", BufferedImage.TYPE_BYTE_INDEXED, PixelMode.P),
                Arguments.of("tif", BufferedImage.TYPE_3BYTE_BGR, PixelMode.RGB));
    }

    @ParameterizedTest
    @MethodSource("lossless")
    void losslessFormats(String format, int type, PixelMode mode) throws IOException {
        BufferedImage image = noise(53, 37, type);
        DecodedImage decoded = ImageDecoder.decode(encode(image, format), format);
        assertThat(decoded).hasToString(mode.label() + " 53x37");
        byte[] rgb = decoded.toRgb();
        for (int i = 0, y = 0; y < 37; y++) {
            for (int x = 0; x < 53; x++, i += 3) {
                int expected = image.getRGB(x, y) & 0xffffff;
                int actual = (rgb[i] & 0xff) << 16 | (rgb[i + 1] & 0xff) << 8 | (rgb[i + 2] & 0xff);
                assertThat(actual).as("pixel %d,%d", x, y).isEqualTo(expected);
            }
        }
    }

    @Test
    void sixteenBitGrayKeepsItsSamples() throws IOException {
        BufferedImage image = new BufferedImage(9, 5, BufferedImage.TYPE_USHORT_GRAY);
        for (int i = 0; i < 45; i++) {
            image.getRaster().setSample(i % 9, i / 9, 0, 1400 * i);
        }
        DecodedImage decoded = ImageDecoder.decode(encode(image, "png"), "gray");
        assertThat(decoded.mode()).isEqualTo(PixelMode.I16);
        assertThat(decoded).isEqualTo(ImageDecoder.of(image));
        for (int i = 0; i < 45; i++) {
            int sample = (decoded.pixels()[2 * i] & 0xff) | (decoded.pixels()[2 * i + 1] & 0xff) << 8;
            assertThat(sample).isEqualTo(1400 * i);
        }
    }

    /** Files of 5x3 pixels and what libwebp makes of them. */
    static Stream<Arguments> webp() {
        return Stream.of(
                Arguments.of(
                        "lossless",
                        PixelMode.RGBA,
                        "5249464650000000574542505650384c440000002f04800010773050028164a6fc196622c8b6d199"
                                + "3f4d21ee70826c9b93cc9fab220ffd0000db5c2e976b1b00004c45b2f1dec3af91452959549245b0"
                                + "88fe47b5efc47d02",
                        "0000ffff3200d7e16400afc3960087a5c8005f870050ebff3250c3e164509bc3965073a5c8504b87"
                                + "00a0d7ff32a0afe164a087c396a05fa5c8a03787"),
                Arguments.of(
                        "lossy",
                        PixelMode.RGB,
                        "524946464e0000005745425056503820420000003002009d012a0500030002804225b002744c807a"
                                + "0001e8735ed000fec1d9448052b8aefbe25491bfbea218190f1fe572eda1fff392f3d7eae6737351"
                                + "7e999e000000",
                        "090dc42410b45412917c1271a4175c2649dc414ccc714eaa994e89c352742686d34189c3718ba09b"
                                + "8a80c3906a"),
                Arguments.of(
                        "lossy with alpha",
                        PixelMode.RGBA,
                        "524946467800000057454250565038580a00000010000000040000020000414c50481000000000ff"
                                + "e1c3a587ffe1c3a587ffe1c3a58756503820420000003002009d012a0500030002804225b002744c"
                                + "807a0001e8735ed000fec1d9448052b8aefbe25491bfbea218190f1fe572eda1fff392f3d7eae673"
                                + "73517e999e000000",
                        "090dc4ff2410b4e1541291c37c1271a5a4175c872649dcff414ccce1714eaac3994e89a5c3527487"
                                + "2686d3ff4189c3e1718ba0c39b8a80a5c3906a87"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("webp")
    void webpEqualsLibwebp(String name, PixelMode mode, String file, String pixels) {
        DecodedImage image = ImageDecoder.decode(HexFormat.of().parseHex(file), name);
        assertThat(image).hasToString(mode.label() + " 5x3");
        assertThat(HexFormat.of().formatHex(image.pixels())).isEqualTo(pixels);
    }

    /** The JDK's own libjpeg may round differently here and there, but not by more than a few levels. */
    @Test
    void jpegIsCloseToTheJdk() throws IOException {
        for (int[] size : new int[][] {{1, 1}, {7, 3}, {16, 16}, {65, 47}, {130, 90}}) {
            BufferedImage smooth = new BufferedImage(size[0], size[1], BufferedImage.TYPE_3BYTE_BGR);
            for (int y = 0; y < size[1]; y++) {
                for (int x = 0; x < size[0]; x++) {
                    smooth.setRGB(x, y, x * 255 / size[0] << 16 | y * 255 / size[1] << 8 | (x + y) % 256);
                }
            }
            byte[] jpeg = encode(smooth, "jpg");
            BufferedImage expected = ImageIO.read(new ByteArrayInputStream(jpeg));
            byte[] rgb = ImageDecoder.decode(jpeg, "photo").toRgb();
            long sum = 0;
            for (int i = 0; i < rgb.length; i++) {
                int pixel = expected.getRGB(i / 3 % size[0], i / 3 / size[0]);
                int level = pixel >> (16 - 8 * (i % 3)) & 0xff;
                assertThat(rgb[i] & 0xff)
                        .as("byte %d of %dx%d", i, size[0], size[1])
                        .isBetween(level - 6, level + 6);
                sum += Math.abs((rgb[i] & 0xff) - level);
            }
            assertThat((double) sum / rgb.length).isLessThan(0.5);
        }
    }

    @Test
    void theEightOrientations() {
        DecodedImage image = DecodedImage.of(PixelMode.L, 3, 2, new byte[] {1, 2, 3, 4, 5, 6});
        byte[][] expected = {
            {1, 2, 3, 4, 5, 6},
            {3, 2, 1, 6, 5, 4},
            {6, 5, 4, 3, 2, 1},
            {4, 5, 6, 1, 2, 3},
            {1, 4, 2, 5, 3, 6},
            {4, 1, 5, 2, 6, 3},
            {6, 3, 5, 2, 4, 1},
            {3, 6, 2, 5, 1, 4}
        };
        for (int orientation = 1; orientation <= 8; orientation++) {
            DecodedImage upright = image.upright(orientation);
            assertThat(upright.pixels()).as("orientation %d", orientation).isEqualTo(expected[orientation - 1]);
            assertThat(upright.width()).isEqualTo(orientation < 5 ? 3 : 2);
        }
    }

    @Test
    void bufferedImages() {
        BufferedImage gray = noise(6, 4, BufferedImage.TYPE_BYTE_GRAY);
        DecodedImage fromGray = ImageDecoder.of(gray);
        assertThat(fromGray.mode()).isEqualTo(PixelMode.L);
        assertThat(fromGray.pixels()[7] & 0xff).isEqualTo(gray.getRaster().getSample(1, 1, 0));

        BufferedImage argb = new BufferedImage(1, 1, BufferedImage.TYPE_INT_ARGB);
        argb.setRGB(0, 0, 0x80102030);
        DecodedImage rgba = ImageDecoder.of(argb);
        assertThat(rgba.mode()).isEqualTo(PixelMode.RGBA);
        assertThat(rgba.pixels()).containsExactly(0x10, 0x20, 0x30, (byte) 0x80);
        assertThat(rgba.toRgb()).containsExactly(0x10, 0x20, 0x30);
        // 255 * (1 - 128/255) + 128/255 * level
        assertThat(rgba.toRgbOnWhite()).containsExactly(135, 143, 151);
    }

    private static BufferedImage noise(int width, int height, int type) {
        BufferedImage image;
        if (type == BufferedImage.TYPE_BYTE_INDEXED) {
            byte[] colors = new byte[768];
            new Random(3).nextBytes(colors);
            image = new BufferedImage(width, height, type, new IndexColorModel(8, 256, colors, 0, false));
        } else {
            image = new BufferedImage(width, height, type);
        }
        Random random = new Random(4);
        int max = type == BufferedImage.TYPE_BYTE_BINARY ? 2 : 256;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int c = 0; c < image.getRaster().getNumBands(); c++) {
                    image.getRaster().setSample(x, y, c, random.nextInt(max));
                }
            }
        }
        return image;
    }

    private static byte[] encode(BufferedImage image, String format) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(ImageIO.write(image, format, out)).as(format).isTrue();
        return out.toByteArray();
    }
}
