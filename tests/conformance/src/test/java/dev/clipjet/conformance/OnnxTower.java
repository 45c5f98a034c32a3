package dev.clipjet.conformance;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An exported tower in ONNX Runtime, on one thread. */
final class OnnxTower implements AutoCloseable {
    /** To start, ONNX Runtime 1.29 has been seen to need more than the MiB of stack that Java's threads have. */
    private static final long STACK_BYTES = 16 << 20;

    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(task -> new Thread(null, task, "onnx", STACK_BYTES));
    private final OrtEnvironment environment;
    private final OrtSession session;

    OnnxTower(Path file) throws Exception {
        environment = call(OrtEnvironment::getEnvironment);
        session = call(() -> {
            try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
                options.setIntraOpNumThreads(1);
                options.setInterOpNumThreads(1);
                return environment.createSession(file.toString(), options);
            }
        });
    }

    private <T> T call(Callable<T> task) throws Exception {
        return thread.submit(task).get();
    }

    /** @param pixels [images, 3, side, side] */
    float[][] images(float[] pixels, int images, int side) throws Exception {
        long[] shape = {images, 3, side, side};
        return call(() -> {
            try (OnnxTensor input = OnnxTensor.createTensor(environment, FloatBuffer.wrap(pixels), shape)) {
                return run("pixel_values", input, "image_embeds");
            }
        });
    }

    /** @param ids [texts][context] */
    float[][] texts(int[][] ids) throws Exception {
        LongBuffer values = LongBuffer.allocate(ids.length * ids[0].length);
        for (int[] row : ids) {
            for (int id : row) {
                values.put(id);
            }
        }
        long[] shape = {ids.length, ids[0].length};
        return call(() -> {
            try (OnnxTensor input = OnnxTensor.createTensor(environment, values.flip(), shape)) {
                return run("input_ids", input, "text_embeds");
            }
        });
    }

    private float[][] run(String name, OnnxTensor input, String output) throws OrtException {
        try (OrtSession.Result result = session.run(Map.of(name, input))) {
            return (float[][]) result.get(output).orElseThrow().getValue();
        }
    }

    String metadata(String key) throws OrtException {
        return session.getMetadata().getCustomMetadata().get(key);
    }

    @Override
    public void close() throws Exception {
        call(() -> {
            session.close();
            return null;
        });
        thread.shutdown();
    }
}
