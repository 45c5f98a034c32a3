package dev.clipjet.conformance;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.Map;

/** An exported tower in ONNX Runtime, on one thread. */
final class OnnxTower implements AutoCloseable {
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;

    OnnxTower(Path file) throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            session = environment.createSession(file.toString(), options);
        }
    }

    /** @param pixels [images, 3, side, side] */
    float[][] images(float[] pixels, int images, int side) throws OrtException {
        long[] shape = {images, 3, side, side};
        try (OnnxTensor input = OnnxTensor.createTensor(environment, FloatBuffer.wrap(pixels), shape)) {
            return run("pixel_values", input, "image_embeds");
        }
    }

    /** @param ids [texts][context] */
    float[][] texts(int[][] ids) throws OrtException {
        LongBuffer values = LongBuffer.allocate(ids.length * ids[0].length);
        for (int[] row : ids) {
            for (int id : row) {
                values.put(id);
            }
        }
        long[] shape = {ids.length, ids[0].length};
        try (OnnxTensor input = OnnxTensor.createTensor(environment, values.flip(), shape)) {
            return run("input_ids", input, "text_embeds");
        }
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
    public void close() throws OrtException {
        session.close();
    }
}
