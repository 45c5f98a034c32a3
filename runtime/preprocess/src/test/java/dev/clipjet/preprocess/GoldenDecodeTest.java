package dev.clipjet.preprocess;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Every image of the golden folder decodes to the mode and the pixels that Pillow found. */
class GoldenDecodeTest {

    @Test
    void pixelsEqualPillow() {
        PreprocessGolden golden = PreprocessGolden.open();
        Map<String, Integer> decoded = new TreeMap<>();
        List<String> faults = new ArrayList<>();
        golden.index.get("images").properties().forEach(entry -> {
            JsonNode expected = entry.getValue();
            try {
                DecodedImage image = ImageDecoder.decode(golden.file(expected));
                String fault = compare(image, expected);
                if (fault != null) {
                    faults.add(entry.getKey() + ": " + fault);
                }
            } catch (RuntimeException e) {
                faults.add(entry.getKey() + ": " + e);
            }
            decoded.merge(expected.get("format").asText(), 1, Integer::sum);
        });
        assertThat(faults).isEmpty();
        assertThat(decoded)
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("JPEG", 18, "PNG", 44, "GIF", 4, "WEBP", 5, "BMP", 2, "TIFF", 1));
    }

    @Test
    void orientationIsAppliedOnRequest() {
        PreprocessGolden golden = PreprocessGolden.open();
        DecodeOptions upright = DecodeOptions.DEFAULT.withExifOrientation(true);
        int[] compared = {0};
        golden.index.get("images").properties().forEach(entry -> {
            JsonNode expected = entry.getValue().path("load_image");
            if (expected.isMissingNode()) {
                return;
            }
            DecodedImage image = ImageDecoder.decode(golden.file(entry.getValue()), upright);
            assertThat(image.width())
                    .as(entry.getKey())
                    .isEqualTo(expected.get("width").asInt());
            assertThat(image.height())
                    .as(entry.getKey())
                    .isEqualTo(expected.get("height").asInt());
            assertThat(PreprocessGolden.sha256(image.toRgb()))
                    .as(entry.getKey())
                    .isEqualTo(expected.get("sha256_rgb").asText());
            compared[0]++;
        });
        assertThat(compared[0]).isEqualTo(5);
    }

    private static String compare(DecodedImage image, JsonNode expected) {
        String size =
                expected.get("width").asInt() + "x" + expected.get("height").asInt();
        String wanted = expected.get("mode").asText() + " " + size;
        if (!image.toString().equals(wanted)) {
            return "is " + image + " instead of " + wanted;
        }
        if (!PreprocessGolden.sha256(PreprocessGolden.nativeBytes(image))
                .equals(expected.get("sha256_native").asText())) {
            return "native pixels differ";
        }
        if (!PreprocessGolden.sha256(image.toRgb())
                .equals(expected.get("sha256_rgb").asText())) {
            return "RGB differs";
        }
        String onWhite =
                expected.path("sha256_rgb_v5").asText(expected.get("sha256_rgb").asText());
        if (!PreprocessGolden.sha256(image.toRgbOnWhite()).equals(onWhite)) {
            return "RGB on white differs";
        }
        return null;
    }
}
