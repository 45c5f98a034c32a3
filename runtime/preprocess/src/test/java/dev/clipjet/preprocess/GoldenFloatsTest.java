package dev.clipjet.preprocess;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.clipjet.model.PassOrder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The floats of the original pipelines, bit for bit, and the table of every level. */
class GoldenFloatsTest {

    private final PreprocessGolden golden = PreprocessGolden.open();

    @Test
    void everyBit() throws IOException {
        int tensors = 0;
        int tables = 0;
        for (JsonNode testCase : golden.index.get("cases")) {
            if (!testCase.hasNonNull("float")) {
                continue;
            }
            String id = testCase.get("id").asText();
            String profile = testCase.get("profile").asText();
            Preprocessor preprocessor = Preprocessor.of(PreprocessGolden.spec(testCase, PassOrder.PILLOW_13));
            PreprocessedImage image = preprocessor.crop(ImageDecoder.decode(
                    golden.file(golden.image(testCase.get("image").asText()))));
            float[] out = new float[image.rgb().length + 7];
            Arrays.fill(out, Float.NaN);
            preprocessor.normalize(image.rgb(), out, 4);
            String name =
                    testCase.get("image").asText() + "-" + testCase.get("label").asText();
            float[] expected = tensor(profile, name);
            assertThat(Arrays.copyOfRange(out, 4, out.length - 3)).as(id).isEqualTo(expected);
            assertThat(out[3]).isNaN();
            assertThat(out[out.length - 3]).isNaN();
            tensors++;

            float[] table = tensor(profile, "table");
            for (int c = 0; c < 3; c++) {
                assertThat(preprocessor.table()[c])
                        .as(profile + " channel " + c)
                        .isEqualTo(Arrays.copyOfRange(table, 256 * c, 256 * c + 256));
            }
            tables++;
        }
        assertThat(tensors).isEqualTo(TENSORS);
        assertThat(tables).isEqualTo(tensors);
    }

    private static final int TENSORS = 84;

    private float[] tensor(String profile, String name) throws IOException {
        ByteBuffer file = ByteBuffer.wrap(
                        Files.readAllBytes(golden.folder.resolve("floats").resolve(profile + ".safetensors")))
                .order(ByteOrder.LITTLE_ENDIAN);
        int headerLength = (int) file.getLong();
        JsonNode header = new ObjectMapper().readTree(file.array(), 8, headerLength);
        JsonNode offsets = header.get(name).get("data_offsets");
        int from = offsets.get(0).asInt();
        int to = offsets.get(1).asInt();
        FloatBuffer floats = file.position(8 + headerLength)
                .slice()
                .order(ByteOrder.LITTLE_ENDIAN)
                .slice(from, to - from)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        float[] values = new float[floats.remaining()];
        floats.get(values);
        return values;
    }
}
