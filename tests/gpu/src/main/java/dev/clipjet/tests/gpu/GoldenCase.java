package dev.clipjet.tests.gpu;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.CheckpointOptions;
import dev.clipjet.weights.StoredTensor;
import dev.clipjet.weights.safetensors.SafetensorsFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A small model with inputs, and the outputs of the original in double precision.
 *
 * @param directory folder of the case
 * @param info its {@code case.json}
 * @param source what is loaded
 */
record GoldenCase(Path directory, JsonNode info, Path source) {
    private static final Map<ElementType, String> PRECISIONS =
            Map.of(ElementType.F16, "fp16", ElementType.BF16, "bf16", ElementType.F32, "fp32");
    private static final double FP32 = 2e-5;

    /** All cases below a folder that the engines run. */
    static List<GoldenCase> all(Path golden) throws IOException {
        List<GoldenCase> cases = new ArrayList<>();
        try (Stream<Path> folders = Files.list(golden)) {
            for (Path folder : folders.sorted().toList()) {
                if (Files.exists(folder.resolve("case.json"))) {
                    of(folder).ifPresent(cases::add);
                }
            }
        }
        return cases;
    }

    private static Optional<GoldenCase> of(Path folder) throws IOException {
        JsonNode info = new JsonMapper().readTree(folder.resolve("case.json").toFile());
        boolean known = Stream.of("hf-", "openai-", "openclip-")
                .anyMatch(folder.getFileName().toString()::startsWith);
        if (!known || info.path("later").asBoolean()) {
            return Optional.empty();
        }
        boolean directory = Files.exists(folder.resolve("config.json"));
        Path source = folder;
        if (!directory) {
            for (JsonNode file : info.get("files")) {
                String name = file.get("name").asText();
                if (!name.equals("io.safetensors") && !name.endsWith(".json")) {
                    source = folder.resolve(name);
                    break;
                }
            }
        }
        return Optional.of(new GoldenCase(folder, info, source));
    }

    String name() {
        return directory.getFileName().toString();
    }

    /** What the original was told on load. */
    CheckpointOptions options() {
        CheckpointOptions options = CheckpointOptions.NONE;
        JsonNode told = info.path("load_options");
        if (told.has("force_image_size")) {
            options = options.withImageSize(told.get("force_image_size").intValue());
        }
        return told.has("force_context_length")
                ? options.withContextLength(told.get("force_context_length").intValue())
                : options;
    }

    /** Twice what the original makes of the precision; the bound of every float32 engine for float32. */
    double tolerance(String features, ElementType type) {
        return type == ElementType.F32
                ? FP32
                : 2
                        * info.get("plain_error_against_float64")
                                .get(features)
                                .get(PRECISIONS.get(type))
                                .doubleValue();
    }

    /** Inputs and outputs. */
    SafetensorsFile open() {
        return SafetensorsFile.open(directory.resolve("io.safetensors"));
    }

    /** The images as bytes, if the case has them so. */
    static Optional<List<byte[]>> bytes(SafetensorsFile io) {
        return io.find("pixels_uint8").map(tensor -> {
            byte[] all = new byte[Math.toIntExact(tensor.elements())];
            tensor.data().get(all);
            int images = tensor.shape().get(0).intValue();
            int size = all.length / images;
            List<byte[]> list = new ArrayList<>();
            for (int i = 0; i < images; i++) {
                list.add(Arrays.copyOfRange(all, i * size, (i + 1) * size));
            }
            return list;
        });
    }

    /** The images as normalized floats. */
    static float[] floats(SafetensorsFile io) {
        StoredTensor tensor = io.tensor("pixel_values");
        float[] values = new float[Math.toIntExact(tensor.elements())];
        tensor.data().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }

    /** The rows of {@code input_ids}. */
    static List<int[]> ids(SafetensorsFile io) {
        StoredTensor tensor = io.tensor("input_ids");
        ByteBuffer bytes = tensor.data().order(ByteOrder.LITTLE_ENDIAN);
        int rows = tensor.shape().get(0).intValue();
        int columns = tensor.shape().get(1).intValue();
        List<int[]> list = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            int[] ids = new int[columns];
            for (int i = 0; i < columns; i++) {
                ids[i] = Math.toIntExact(bytes.getLong());
            }
            list.add(ids);
        }
        return list;
    }

    /** Largest distance of a row to the original's in double precision, over its norm. */
    static double error(SafetensorsFile io, String features, float[][] actual) {
        StoredTensor tensor = io.tensor(features);
        ByteBuffer truth = tensor.data().order(ByteOrder.LITTLE_ENDIAN);
        double worst = 0;
        for (float[] row : actual) {
            double difference = 0;
            double norm = 0;
            for (float value : row) {
                double expected = truth.getDouble();
                difference += (value - expected) * (value - expected);
                norm += expected * expected;
            }
            double error = Math.sqrt(difference / norm);
            worst = Double.isNaN(error) ? Double.POSITIVE_INFINITY : Math.max(worst, error);
        }
        return truth.hasRemaining() ? Double.POSITIVE_INFINITY : worst;
    }
}
