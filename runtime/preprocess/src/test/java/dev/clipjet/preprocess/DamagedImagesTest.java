package dev.clipjet.preprocess;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.error.ImageFormatException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Images of all formats, damaged at random, against what Pillow 13.0.0 makes of the same bytes: the same pixels, or it refuses
 * them too. {@code tests/image-mutations} made the images and the record.
 */
class DamagedImagesTest {
    private static final String REFUSED = "refused";

    /**
     * Where the answer is not Pillow's, and why. Never is it another picture: what differs is refused here.
     */
    private enum Known {
        /** A progressive scan that refines what no scan before has: libjpeg warns and refines zeros. */
        REFINES_NOTHING(".*\\.jpg", "has a refinement of coefficient \\d+, which no scan before has"),
        /** A size that the scans have not a bit a block for: libjpeg makes gray of what is missing, whatever its size. */
        MORE_BLOCKS_THAN_BITS(".*\\.jpg", "bytes of scan data cannot hold \\d+ blocks of pixels"),
        /** libjpeg decodes arithmetic coding and lossless JPEG. */
        OTHER_CODING(".*\\.jpg", "(JPEG with arithmetic coding|lossless JPEG)"),
        /** Pillow passes over entries of a directory that it cannot read, and takes others that are not valid. */
        TIFF_DIRECTORY(".*\\.tif", ".*");

        private final String samples;
        private final String problem;

        Known(String samples, String problem) {
            this.samples = samples;
            this.problem = ".*" + problem + ".*";
        }

        boolean covers(String sample, String message) {
            return sample.matches(samples) && message.matches(problem);
        }
    }

    private final Map<String, byte[]> samples = new HashMap<>();
    private final Map<Known, Integer> exceptions = new TreeMap<>();

    private static byte[] resource(String name) {
        try (InputStream in = DamagedImagesTest.class.getResourceAsStream("/mutations/" + name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String outcome(DecodedImage image) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(image.toRgb());
            return image.width() + "x" + image.height() + " "
                    + HexFormat.of().formatHex(hash).substring(0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Null where the answer is Pillow's or a known exception. */
    private String difference(String sample, long seed, String expected) {
        byte[] data = Mutation.of(samples.computeIfAbsent(sample, DamagedImagesTest::resource), seed);
        String got;
        String message = "";
        try {
            got = outcome(ImageDecoder.decode(data, sample));
        } catch (ImageFormatException e) {
            assertThat(e.getMessage()).doesNotContain("contradicts itself");
            got = REFUSED;
            message = e.getMessage();
        }
        if (got.equals(expected)) {
            return null;
        }
        for (Known exception : Known.values()) {
            if (got.equals(REFUSED) && exception.covers(sample, message)) {
                exceptions.merge(exception, 1, Integer::sum);
                return null;
            }
        }
        return sample + " with seed " + seed + ": Pillow " + expected + ", here " + got + " " + message;
    }

    @Test
    void damagedImagesAreWhatPillowMakesOfThem() {
        String[] lines = new String(resource("cases.tsv"), StandardCharsets.UTF_8).split("\n");
        List<String> differences = new ArrayList<>();
        int pictures = 0;
        for (String line : lines) {
            String[] fields = line.split("\t");
            String difference = difference(fields[0], Long.parseLong(fields[1]), fields[2]);
            if (difference != null) {
                differences.add(difference);
            }
            pictures += fields[2].equals(REFUSED) ? 0 : 1;
        }
        assertThat(differences).isEmpty();
        assertThat(lines).hasSizeGreaterThan(700);
        assertThat(pictures).as("images of which Pillow makes a picture").isGreaterThan(200);
        // Exceptions stay exceptions.
        exceptions.forEach(
                (exception, count) -> assertThat(count).as(exception.toString()).isLessThan(60));
    }
}
