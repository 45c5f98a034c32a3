package dev.clipjet.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.clipjet.error.ImageFormatException;
import dev.clipjet.error.ImageFormatException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that were read otherwise than Pillow 13.0.0 reads them. */
class ReportedImagesTest {
    private static byte[] file(String name) throws IOException {
        try (InputStream in = ReportedImagesTest.class.getResourceAsStream("/reported/" + name)) {
            return in.readAllBytes();
        }
    }

    private static String hash(byte[] rgb) throws GeneralSecurityException {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(rgb))
                .substring(0, 16);
    }

    @ParameterizedTest
    @CsvSource({
        "bmp-offset-at-palette.bmp, P, 8x8, 13387537f5834206",
        "ihdr-after-idat.png, L, 8x8, 5d89f056865052bc",
        "jpeg-corrupt-scan.jpg, RGB, 48x48, c278705dc395b4ab",
        "jpeg-progressive-few-scans.jpg, RGB, 64x48, de99ca3deb39d8d1",
        "offset-0.bmp, RGB, 5x5, 367467f43d580c3c",
        "palette-without-plte.png, P, 4x4, 17b0761f87b081d5",
    })
    void isReadAsPillowReadsIt(String name, PixelMode mode, String size, String hash)
            throws IOException, GeneralSecurityException {
        DecodedImage image = ImageDecoder.decode(file(name), name);
        assertThat(image.mode()).isEqualTo(mode);
        assertThat(image.width() + "x" + image.height()).isEqualTo(size);
        assertThat(hash(image.toRgb())).isEqualTo(hash);
    }

    @Test
    void aGrayPaletteOfTwoColorsMeansOneBitAPixelSoThatPixelsAreMissing() {
        assertThatExceptionOfType(ImageFormatException.class)
                .isThrownBy(() -> ImageDecoder.decode(file("colors2.bmp"), "colors2.bmp"))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.TRUNCATED));
    }

    @ParameterizedTest
    @CsvSource({
        "jpeg-corrupt-scan.jpg, too many coefficients",
        "jpeg-progressive-few-scans.jpg, scans are missing",
    })
    void damageIsToldOrRefused(String name, String problem) throws IOException {
        assertThat(ImageDecoder.decode(file(name), name).damage())
                .hasValueSatisfying(damage -> assertThat(damage).contains(problem));
        DecodeOptions strict = DecodeOptions.DEFAULT.withRefuseDamaged(true);
        byte[] data = file(name);
        ImageFormatException e =
                catchThrowableOfType(ImageFormatException.class, () -> ImageDecoder.decode(data, name, strict));
        assertThat(e).hasMessageStartingWith(name + ": ").hasMessageContaining(problem);
        assertThat(e.kind()).isEqualTo(Kind.MALFORMED);
    }

    @Test
    void soundImagesAreNotDamagedAndNotRefused() throws IOException {
        DecodeOptions strict = DecodeOptions.DEFAULT.withRefuseDamaged(true);
        for (String name : new String[] {
            "baseline-420.jpg", "baseline-422-restart.jpg", "progressive-420.jpg", "progressive-gray.jpg", "rgb.png",
            "palette4.png", "interlaced.gif", "lossy-alpha.webp", "runs.bmp", "lzw.tif"
        }) {
            try (InputStream in = ReportedImagesTest.class.getResourceAsStream("/mutations/" + name)) {
                assertThat(ImageDecoder.decode(in.readAllBytes(), name, strict).damage())
                        .as(name)
                        .isEmpty();
            }
        }
    }

    /** What cannot be used for its shape is refused before anything is allocated or decoded for it. */
    @Test
    void theSizeIsLookedAtFirst() throws IOException {
        byte[] data = file("66-bytes.webp");
        DecodeOptions options = DecodeOptions.DEFAULT.withSizeCheck((width, height) -> {
            throw new IllegalStateException(width + "x" + height);
        });
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> ImageDecoder.decode(data, "66-bytes.webp", options))
                .withMessage("16383x5121");
        for (String name :
                new String[] {"baseline-420.jpg", "rgb.png", "palette.gif", "rgb.bmp", "rgb.tif", "lossy.webp"}) {
            try (InputStream in = ReportedImagesTest.class.getResourceAsStream("/mutations/" + name)) {
                byte[] image = in.readAllBytes();
                assertThatExceptionOfType(IllegalStateException.class)
                        .as(name)
                        .isThrownBy(() -> ImageDecoder.decode(image, name, options));
            }
        }
    }

    /** They are not waited for, and not read until the heap is full. */
    @Test
    void pipesAndDevicesAreRefused(@TempDir Path folder) throws Exception {
        Path pipe = folder.resolve("pipe.jpg");
        try {
            assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                    .isZero();
        } catch (IOException e) {
            assumeTrue(false, "this machine has no mkfifo");
        }
        assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
            for (Path file : new Path[] {pipe, Path.of("/dev/zero"), folder}) {
                ImageFormatException e =
                        catchThrowableOfType(ImageFormatException.class, () -> ImageDecoder.decode(file));
                assertThat(e).hasMessageStartingWith(file + ": ").hasMessageContaining("not a regular file");
                assertThat(e.kind()).isEqualTo(Kind.MISSING);
            }
        });
    }

    @Test
    void aFileBeyondTheMemoryLimitIsNotRead(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("large.png"), new byte[5000]);
        ImageFormatException e = catchThrowableOfType(
                ImageFormatException.class, () -> ImageDecoder.decode(file, DecodeOptions.DEFAULT.withMaxBytes(4999)));
        assertThat(e).hasMessageContaining("has 5000 bytes, more than the 4999 allowed");
        assertThat(e.kind()).isEqualTo(Kind.LIMIT);
    }
}
