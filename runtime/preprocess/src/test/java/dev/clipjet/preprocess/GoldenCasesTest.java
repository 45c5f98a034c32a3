package dev.clipjet.preprocess;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clipjet.model.PassOrder;
import dev.clipjet.model.PreprocessProfile;
import dev.clipjet.model.PreprocessSpec;
import dev.clipjet.model.PreprocessSpec.Resize;
import dev.clipjet.model.PreprocessSpec.ResizeMode;
import dev.clipjet.model.PreprocessSpec.Size;
import dev.clipjet.model.Resampling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Every case of the golden folder, byte for byte. */
class GoldenCasesTest {

    private static final Map<String, Integer> CASES = Map.ofEntries(
            Map.entry("openai-pil", 100),
            Map.entry("hf-slow", 136),
            Map.entry("hf-fast", 130),
            Map.entry("siglip-slow", 41),
            Map.entry("siglip-fast", 42),
            Map.entry("open-clip-shortest-bicubic", 25),
            Map.entry("open-clip-shortest-bilinear", 41),
            Map.entry("open-clip-squash-bicubic", 41),
            Map.entry("open-clip-squash-bilinear", 41),
            Map.entry("open-clip-longest-bicubic", 40),
            Map.entry("hf-v5-pil", 66),
            Map.entry("siglip-v5-pil", 19));

    private final PreprocessGolden golden = PreprocessGolden.open();
    private final Map<String, DecodedImage> fromFile = new HashMap<>();
    private final Map<String, DecodedImage> fromOriginalPixels = new HashMap<>();

    @Test
    void bytesOfTheFile() {
        assertThat(compare(PassOrder.PILLOW_13, false)).isEqualTo(CASES);
    }

    @Test
    void bytesOfTheOriginalDecoder() {
        assertThat(compare(PassOrder.PILLOW_13, true)).isEqualTo(CASES);
    }

    @Test
    void bytesOfHorizontalFirst() {
        assertThat(compare(PassOrder.HORIZONTAL_FIRST, false)).isEqualTo(CASES);
    }

    /** CLIP.png of the original repository: mostly transparent, 2162x762, so that color path and crop offset show. */
    @Test
    void theOriginalExampleImage() {
        DecodedImage image = image("CLIP", false);
        assertThat(image).hasToString("RGBA 2162x762");
        byte[] openAi = crop(image, PreprocessProfile.OPENAI_PIL);
        assertThat(PreprocessGolden.sha256(openAi))
                .isEqualTo("c96d5fbf8273c7bea132e34850cece46b2b4a3f976fe50c1e9855f55495eddce");
        int at = 3 * (100 * 224 + 50);
        assertThat(Arrays.copyOfRange(openAi, at, at + 3)).containsExactly(156, 122, 171);
        byte[] huggingFace = crop(image, PreprocessProfile.HF_SLOW);
        assertThat(PreprocessGolden.sha256(huggingFace))
                .isEqualTo("229e87d0ba80c5886a165e0e7f01ec586691024613ed058ed08e3b4125230f45");
        assertThat(Arrays.copyOfRange(huggingFace, at, at + 3)).containsExactly(84, 66, 92);
    }

    private static byte[] crop(DecodedImage image, PreprocessProfile profile) {
        Size size = Size.square(224);
        PreprocessSpec spec = new PreprocessSpec(
                profile,
                "test",
                Optional.of(new Resize(ResizeMode.SHORTEST, size)),
                Resampling.BICUBIC,
                Optional.of(size),
                1.0 / 255,
                PreprocessSpec.OPENAI_MEAN,
                PreprocessSpec.OPENAI_STD,
                0,
                PassOrder.HORIZONTAL_FIRST);
        return Preprocessor.of(spec).crop(image).rgb();
    }

    private Map<String, Integer> compare(PassOrder order, boolean originalPixels) {
        Map<String, Integer> equal = new TreeMap<>();
        List<String> faults = new ArrayList<>();
        int otherOrder = 0;
        for (JsonNode testCase : golden.index.get("cases")) {
            String id = testCase.get("id").asText();
            String sha256 = testCase.get("sha256_rgb").asText();
            if (order == PassOrder.HORIZONTAL_FIRST && testCase.hasNonNull("expected_horizontal_first")) {
                String file = testCase.get("expected_horizontal_first").asText();
                sha256 = PreprocessGolden.sha256(
                        ImageDecoder.decode(golden.folder.resolve(file)).toRgb());
                otherOrder++;
            }
            try {
                DecodedImage image = image(testCase.get("image").asText(), originalPixels);
                PreprocessedImage result =
                        Preprocessor.of(PreprocessGolden.spec(testCase, order)).crop(image);
                JsonNode size = testCase.get("size");
                assertThat(result.height()).as(id).isEqualTo(size.get(0).asInt());
                assertThat(result.width()).as(id).isEqualTo(size.get(1).asInt());
                if (PreprocessGolden.sha256(result.rgb()).equals(sha256)) {
                    equal.merge(testCase.get("profile").asText(), 1, Integer::sum);
                } else {
                    faults.add(id);
                }
            } catch (RuntimeException e) {
                faults.add(id + ": " + e);
            }
        }
        assertThat(faults).isEmpty();
        assertThat(otherOrder).isEqualTo(order == PassOrder.HORIZONTAL_FIRST ? 32 : 0);
        return equal;
    }

    private DecodedImage image(String name, boolean originalPixels) {
        JsonNode image = golden.image(name);
        if (originalPixels && image.hasNonNull("decoded_rgb")) {
            return fromOriginalPixels.computeIfAbsent(name, n -> golden.originalDecode(image));
        }
        return fromFile.computeIfAbsent(name, n -> ImageDecoder.decode(golden.file(image)));
    }
}
