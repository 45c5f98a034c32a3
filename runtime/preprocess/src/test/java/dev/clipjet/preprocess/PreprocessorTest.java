package dev.clipjet.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.model.PassOrder;
import dev.clipjet.model.PreprocessProfile;
import dev.clipjet.model.PreprocessSpec;
import dev.clipjet.model.PreprocessSpec.Resize;
import dev.clipjet.model.PreprocessSpec.ResizeMode;
import dev.clipjet.model.PreprocessSpec.Rgb;
import dev.clipjet.model.PreprocessSpec.Size;
import dev.clipjet.model.Resampling;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Properties that hold without any golden data. */
class PreprocessorTest {

    private static final Rgb ZERO = new Rgb(0, 0, 0);
    private static final Rgb ONE = new Rgb(1, 1, 1);

    private static PreprocessSpec spec(
            PreprocessProfile profile, Optional<Resize> resize, Resampling filter, Optional<Size> crop) {
        return new PreprocessSpec(
                profile,
                "test",
                resize,
                filter,
                crop,
                1.0 / 255,
                PreprocessSpec.OPENAI_MEAN,
                PreprocessSpec.OPENAI_STD,
                0,
                PassOrder.HORIZONTAL_FIRST);
    }

    private static PreprocessSpec square(PreprocessProfile profile, Resampling filter, int edge) {
        Size size = Size.square(edge);
        return spec(profile, Optional.of(new Resize(ResizeMode.SHORTEST, size)), filter, Optional.of(size));
    }

    private static DecodedImage noise(int width, int height, PixelMode mode) {
        byte[] pixels = new byte[width * height * mode.bytesPerPixel()];
        new Random(width * 31L + height).nextBytes(pixels);
        return DecodedImage.of(mode, width, height, pixels);
    }

    @ParameterizedTest
    @EnumSource(PreprocessProfile.class)
    void aPlainColorStaysPlain(PreprocessProfile profile) {
        byte[] pixels = new byte[3 * 70 * 41];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i % 3 == 0 ? 0 : i % 3 == 1 ? 131 : 255);
        }
        for (Resampling filter : new Resampling[] {Resampling.BICUBIC, Resampling.BILINEAR, Resampling.LANCZOS}) {
            PreprocessedImage result =
                    Preprocessor.of(square(profile, filter, 32)).crop(DecodedImage.ofRgb(70, 41, pixels));
            assertThat(result.width()).isEqualTo(32);
            assertThat(result.rgb()).hasSize(3 * 32 * 32);
            for (int i = 0; i < result.rgb().length; i++) {
                assertThat(result.rgb()[i]).isEqualTo(pixels[i % 3]);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(PreprocessProfile.class)
    void theCropIsAPartOfTheWholeResize(PreprocessProfile profile) {
        DecodedImage image = noise(203, 90, PixelMode.RGB);
        Optional<Resize> resize = Optional.of(new Resize(ResizeMode.SHORTEST, Size.square(40)));
        PreprocessedImage whole = Preprocessor.of(spec(profile, resize, Resampling.BICUBIC, Optional.empty()))
                .crop(image);
        // int(40 * 203 / 90)
        assertThat(whole.width()).isEqualTo(90);
        assertThat(whole.height()).isEqualTo(40);
        PreprocessedImage part = Preprocessor.of(
                        spec(profile, resize, Resampling.BICUBIC, Optional.of(new Size(33, 35))))
                .crop(image);
        // Columns: (90 - 35) / 2 = 27.5, to even 28, floored 27. Rows: 3.5, to even 4, floored 3.
        boolean even = profile == PreprocessProfile.OPENAI_PIL || profile == PreprocessProfile.OPEN_CLIP;
        int left = even ? 28 : 27;
        int top = even ? 4 : 3;
        for (int y = 0; y < 33; y++) {
            for (int x = 0; x < 3 * 35; x++) {
                assertThat(part.rgb()[y * 105 + x]).isEqualTo(whole.rgb()[(y + top) * 270 + 3 * left + x]);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(PreprocessProfile.class)
    void anImageOfTheRightSizeIsNotTouched(PreprocessProfile profile) {
        DecodedImage image = noise(24, 24, PixelMode.RGB);
        assertThat(Preprocessor.of(square(profile, Resampling.BICUBIC, 24))
                        .crop(image)
                        .rgb())
                .isEqualTo(image.pixels());
    }

    @Test
    void theOddRowOfPaddingGoesFirstOrLast() {
        byte[] white = new byte[3];
        java.util.Arrays.fill(white, (byte) 255);
        DecodedImage image = DecodedImage.ofRgb(1, 1, white);
        Optional<Size> crop = Optional.of(new Size(2, 4));
        byte[] first = Preprocessor.of(spec(PreprocessProfile.HF_SLOW, Optional.empty(), Resampling.BICUBIC, crop))
                .crop(image)
                .rgb();
        byte[] last = Preprocessor.of(spec(PreprocessProfile.HF_FAST, Optional.empty(), Resampling.BICUBIC, crop))
                .crop(image)
                .rgb();
        // Row 1, column 2 against row 0, column 1.
        assertThat(IntStream.range(0, 8).filter(i -> first[3 * i] != 0)).containsExactly(6);
        assertThat(IntStream.range(0, 8).filter(i -> last[3 * i] != 0)).containsExactly(1);
    }

    /** The two-tap bilinear case by hand: weights 3/4 and 1/4 of neighbors when a side doubles. */
    @Test
    void doublingByHand() {
        DecodedImage image = DecodedImage.ofRgb(2, 1, new byte[] {0, 0, 0, 100, 100, 100});
        PreprocessSpec spec = spec(
                PreprocessProfile.HF_SLOW,
                Optional.of(new Resize(ResizeMode.SQUASH, new Size(1, 4))),
                Resampling.BILINEAR,
                Optional.empty());
        byte[] rgb = Preprocessor.of(spec).crop(image).rgb();
        assertThat(new byte[] {rgb[0], rgb[3], rgb[6], rgb[9]}).containsExactly(0, 25, 75, 100);
    }

    @Test
    void transparencyIsDroppedOrPutOnWhite() {
        DecodedImage image = DecodedImage.of(PixelMode.RGBA, 1, 1, new byte[] {10, 20, 30, 0});
        assertThat(Preprocessor.of(square(PreprocessProfile.HF_SLOW, Resampling.BICUBIC, 1))
                        .crop(image)
                        .rgb())
                .containsExactly(10, 20, 30);
        assertThat(Preprocessor.of(square(PreprocessProfile.HF_FAST, Resampling.BICUBIC, 1))
                        .crop(image)
                        .rgb())
                .containsExactly(255, 255, 255);
    }

    @Test
    void normalizeWritesPlanes() {
        PreprocessSpec plain = new PreprocessSpec(
                PreprocessProfile.HF_SLOW,
                "test",
                Optional.empty(),
                Resampling.BICUBIC,
                Optional.empty(),
                0,
                ZERO,
                ONE,
                0,
                PassOrder.HORIZONTAL_FIRST);
        float[] out = new float[8];
        Preprocessor.of(plain).normalize(new byte[] {1, 2, 3, (byte) 200, 5, 6}, out, 1);
        assertThat(out).containsExactly(0, 1, 200, 2, 5, 3, 6, 0);
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> Preprocessor.of(plain).normalize(new byte[6], new float[8], 3))
                .withMessageContaining("6 floats do not fit at offset 3 of an array of 8");
    }

    @ParameterizedTest
    @EnumSource(PreprocessProfile.class)
    void theTableIsTheFormula(PreprocessProfile profile) {
        float[][] table =
                Preprocessor.of(square(profile, Resampling.BICUBIC, 8)).table();
        assertThat(table[1][77])
                .isCloseTo((float) ((77 / 255.0 - 0.4578275) / 0.26130258), org.assertj.core.data.Offset.offset(1e-6f));
        table[1][77] = 5;
        assertThat(Preprocessor.of(square(profile, Resampling.BICUBIC, 8)).table()[1][77])
                .isLessThan(1);
    }

    @Test
    void hugeAspectRatiosNeedNoHugeImage() {
        DecodedImage image = noise(60_000, 1, PixelMode.RGB);
        for (PreprocessProfile profile : PreprocessProfile.values()) {
            PreprocessedImage result =
                    Preprocessor.of(square(profile, Resampling.BICUBIC, 64)).crop(image);
            assertThat(result.rgb()).hasSize(3 * 64 * 64);
        }
        // Squashed, the image between the passes would have 128 million pixels.
        DecodedImage tall = noise(1, 2_000_000, PixelMode.RGB);
        Optional<Resize> squash = Optional.of(new Resize(ResizeMode.SQUASH, Size.square(64)));
        assertThat(Preprocessor.of(spec(PreprocessProfile.HF_SLOW, squash, Resampling.BICUBIC, Optional.empty()))
                        .crop(tall)
                        .rgb())
                .hasSize(3 * 64 * 64);
        Optional<Resize> shortest = Optional.of(new Resize(ResizeMode.SHORTEST, Size.square(224)));
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> Preprocessor.of(
                                spec(PreprocessProfile.HF_SLOW, shortest, Resampling.BICUBIC, Optional.empty()))
                        .crop(tall))
                .withMessageContaining("would have 224x448000000 pixels");
    }

    @Test
    void whatNoPipelineDoesIsRefused() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> Preprocessor.of(square(PreprocessProfile.HF_FAST, Resampling.HAMMING, 8)))
                .withMessageContaining("hf-fast has no filter HAMMING");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> Preprocessor.of(square(PreprocessProfile.HF_SLOW, Resampling.BICUBIC, 0)))
                .withMessageContaining("0x0");
        PreprocessSpec ratio = spec(
                PreprocessProfile.HF_SLOW,
                Optional.of(new Resize(ResizeMode.SHORTEST, new Size(32, 40))),
                Resampling.BICUBIC,
                Optional.empty());
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> Preprocessor.of(ratio))
                .withMessageContaining("hf-slow cannot resize by SHORTEST to 32x40");
        PreprocessSpec longest = spec(
                PreprocessProfile.OPEN_CLIP,
                Optional.of(new Resize(ResizeMode.LONGEST, Size.square(32))),
                Resampling.BICUBIC,
                Optional.of(Size.square(32)));
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> Preprocessor.of(longest).crop(noise(1000, 2, PixelMode.RGB)))
                .withMessageContaining("a side of 0 pixels");
    }

    @Test
    void oneInstanceServesManyThreads() {
        Preprocessor preprocessor = Preprocessor.of(square(PreprocessProfile.OPENAI_PIL, Resampling.BICUBIC, 32));
        DecodedImage image = noise(200, 150, PixelMode.RGBA);
        byte[] expected = preprocessor.crop(image).rgb();
        assertThat(IntStream.range(0, 64)
                        .parallel()
                        .mapToObj(i -> preprocessor.crop(image).rgb()))
                .allSatisfy(rgb -> assertThat(rgb).isEqualTo(expected));
    }

    @Test
    void anImageIsWrittenAsPng() throws java.io.IOException {
        DecodedImage image = noise(13, 9, PixelMode.RGB);
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        new PreprocessedImage(13, 9, image.pixels()).writePng(out);
        assertThat(ImageDecoder.decode(out.toByteArray(), "png")).isEqualTo(image);
    }
}
