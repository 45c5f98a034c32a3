package dev.clipjet.preprocess;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clipjet.error.ImageFormatException;
import dev.clipjet.error.ImageFormatException.Kind;
import dev.clipjet.error.InvalidInputException;
import dev.clipjet.model.PassOrder;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Broken and hostile files: the pixels that Pillow finds, or a typed error, and quickly. */
class GoldenBadTest {

    /** What must happen, where it is an error. */
    private static final Map<String, Kind> ERRORS = Map.ofEntries(
            Map.entry("jpg-truncated.jpg", Kind.TRUNCATED),
            Map.entry("png-truncated.png", Kind.TRUNCATED),
            Map.entry("empty.png", Kind.TRUNCATED),
            Map.entry("text.jpg", Kind.UNRECOGNIZED),
            Map.entry("png-60000x60000.png", Kind.LIMIT),
            Map.entry("gif-no-frames.gif", Kind.MALFORMED),
            Map.entry("jpg-sof-length.jpg", Kind.MALFORMED),
            Map.entry("jpg-dqt-length.jpg", Kind.TRUNCATED),
            Map.entry("jpg-prog-truncated.jpg", Kind.TRUNCATED),
            Map.entry("jpg-header-only.jpg", Kind.TRUNCATED),
            Map.entry("jpg-soi-only.jpg", Kind.TRUNCATED),
            Map.entry("jpg-zero-height.jpg", Kind.MALFORMED),
            Map.entry("jpg-65500.jpg", Kind.LIMIT),
            Map.entry("jpg-leading.jpg", Kind.UNRECOGNIZED),
            Map.entry("png-ihdr-crc.png", Kind.MALFORMED),
            Map.entry("png-zero-width.png", Kind.MALFORMED),
            Map.entry("png-bad-zlib.png", Kind.MALFORMED),
            Map.entry("png-short-idat.png", Kind.MALFORMED),
            Map.entry("png-bad-filter.png", Kind.MALFORMED),
            Map.entry("png-bad-depth.png", Kind.MALFORMED),
            Map.entry("gif-truncated.gif", Kind.TRUNCATED),
            Map.entry("bmp-truncated.bmp", Kind.TRUNCATED),
            Map.entry("webp-truncated.webp", Kind.TRUNCATED),
            Map.entry("tif-loop.tif", Kind.MALFORMED),
            Map.entry("svg.png", Kind.UNRECOGNIZED),
            // Pillow decodes it; arithmetic coding is not supported here.
            Map.entry("jpg-arith.jpg", Kind.UNSUPPORTED));

    /** Processor time, whatever else the machine does. */
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final PreprocessGolden golden = PreprocessGolden.open();

    @Test
    void asPillowOrBetter() {
        List<String> faults = new ArrayList<>();
        Map<String, Integer> counts = new TreeMap<>();
        for (JsonNode bad : golden.index.get("bad")) {
            String file = bad.get("file").asText();
            String name = file.substring("bad/".length());
            long start = THREADS.getCurrentThreadCpuTime();
            String result;
            try {
                DecodedImage image = ImageDecoder.decode(golden.folder.resolve(file));
                result = "decodes";
                if (ERRORS.containsKey(name)) {
                    faults.add(name + " decodes as " + image);
                } else if (name.equals("png-ztxt-huge.png")) {
                    // Pillow refuses the text chunk; it is never inflated here, and its image is whole.
                    assertThat(image.width()).isPositive();
                } else if (!sha256Rgb(image)
                        .equals(bad.get("pil").get("sha256_rgb").asText())) {
                    faults.add(name + " decodes to other pixels than Pillow's");
                }
            } catch (ImageFormatException e) {
                result = e.kind().toString();
                if (e.kind() != ERRORS.get(name)) {
                    faults.add(e.kind() + " " + e.getMessage());
                }
                assertThat(e).hasMessageContaining(name);
            } catch (RuntimeException e) {
                result = "untyped";
                faults.add(name + ": " + e);
            }
            long millis = (THREADS.getCurrentThreadCpuTime() - start) / 1_000_000;
            // The one valid image of 120 million pixels is checksummed, too.
            if (millis > (name.equals("png-12000x10000.png") ? 10_000 : 1_000)) {
                faults.add(name + " took " + millis + " ms");
            }
            counts.merge(result, 1, Integer::sum);
        }
        assertThat(faults).isEmpty();
        assertThat(counts)
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "decodes",
                        8,
                        "TRUNCATED",
                        10,
                        "MALFORMED",
                        10,
                        "LIMIT",
                        2,
                        "UNRECOGNIZED",
                        3,
                        "UNSUPPORTED",
                        1));
    }

    /** Row by row, as the largest image would not fit the heap as RGB. */
    private static String sha256Rgb(DecodedImage image) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] row = new byte[3 * image.width()];
            for (int y = 0; y < image.height(); y++) {
                image.rgbRow(y, 0, image.width(), row, 0);
                digest.update(row);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatTheLibrariesCannotDoIsATypedError() {
        int compared = 0;
        for (JsonNode failure : golden.index.get("failures")) {
            DecodedImage image = ImageDecoder.decode(
                    golden.file(golden.image(failure.get("image").asText())));
            org.assertj.core.api.Assertions.assertThatExceptionOfType(InvalidInputException.class)
                    .as(failure.get("id").asText())
                    .isThrownBy(() -> Preprocessor.of(PreprocessGolden.spec(failure, PassOrder.PILLOW_13))
                            .crop(image));
            compared++;
        }
        assertThat(compared).isEqualTo(7);
    }
}
