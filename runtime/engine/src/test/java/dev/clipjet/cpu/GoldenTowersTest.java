package dev.clipjet.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.graph.PooledToken;
import dev.clipjet.graph.TowerGraphs;
import dev.clipjet.kernels.cpu.WorkerPool;
import dev.clipjet.memory.DType;
import dev.clipjet.weights.Checkpoint;
import dev.clipjet.weights.StoredTensor;
import dev.clipjet.weights.safetensors.SafetensorsFile;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Both towers against the outputs of the original library, fed with its own pixels and ids. */
class GoldenTowersTest {
    private static final double TOLERANCE = 2e-5;

    static List<String> cases() {
        return Golden.directories("hf-", "model.safetensors", "model.safetensors.index.json");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void towers_match_the_original(String name) {
        Path directory = Golden.root().resolve(name);
        try (Checkpoint checkpoint = Checkpoint.open(directory);
                SafetensorsFile io = SafetensorsFile.open(directory.resolve("io.safetensors"));
                WorkerPool pool = new WorkerPool(2);
                CpuExecutor executor = new CpuExecutor(checkpoint, pool)) {
            int compared = 0;
            if (checkpoint.spec().vision().isPresent()) {
                var vision = checkpoint.spec().vision().get();
                StoredTensor pixels = io.tensor("pixel_values");
                int images = pixels.shape().get(0).intValue();
                float[] values = new float[Math.toIntExact(pixels.elements())];
                pixels.data()
                        .duplicate()
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .asFloatBuffer()
                        .get(values);
                var graph = TowerGraphs.image(vision, images);
                executor.run(graph, SequenceBatch.images(images, values, vision.tokens()));
                float[] features = new float[images * vision.outputDim()];
                executor.read(graph.result(), features, 0);
                compared += compare(features, io.tensor("image_features"));
            }
            if (checkpoint.spec().text().isPresent()) {
                var text = checkpoint.spec().text().get();
                StoredTensor ids = io.tensor("input_ids");
                int context = ids.shape().get(1).intValue();
                var longs =
                        ids.data().duplicate().order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
                List<int[]> texts = new ArrayList<>();
                for (int i = 0; i < ids.shape().get(0); i++) {
                    int[] row = new int[context];
                    for (int j = 0; j < context; j++) {
                        row[j] = (int) longs.get(i * context + j);
                    }
                    texts.add(PooledToken.cut(text, row));
                }
                SequenceBatch batch = SequenceBatch.texts(texts);
                var graph = TowerGraphs.text(text, texts.size(), batch.tokens());
                executor.run(graph, batch);
                float[] features = new float[texts.size() * text.outputDim()];
                executor.read(graph.result(), features, 0);
                compared += compare(features, io.tensor("text_features"));
            }
            assertThat(compared).isPositive();
        }
    }

    private static int compare(float[] actual, StoredTensor expected) {
        assertThat(expected.dtype()).isEqualTo(DType.F64);
        int rows = expected.shape().get(0).intValue();
        int columns = expected.shape().get(1).intValue();
        assertThat(actual).hasSize(rows * columns);
        var truth = expected.data().duplicate().order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer();
        for (int i = 0; i < rows; i++) {
            double difference = 0;
            double norm = 0;
            for (int j = 0; j < columns; j++) {
                double t = truth.get(i * columns + j);
                difference += (actual[i * columns + j] - t) * (actual[i * columns + j] - t);
                norm += t * t;
            }
            assertThat(norm).isPositive();
            assertThat(Math.sqrt(difference / norm)).as("row %d", i).isLessThan(TOLERANCE);
            System.out.printf("row %d error %.2e%n", i, Math.sqrt(difference / norm));
        }
        return rows;
    }
}
