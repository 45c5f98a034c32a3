package dev.clipjet.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.file.Path;
import java.util.Map;

/** One tower in ONNX Runtime on the CPU, with the same number of threads as the engine beside it. */
final class OnnxTower implements AutoCloseable {
    private final OrtSession session;
    private final String input;

    OnnxTower(Path model, int threads) throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            session = OrtEnvironment.getEnvironment().createSession(model.toString(), options);
        }
        input = session.getInputNames().iterator().next();
    }

    float[][] run(OnnxTensor tensor) throws OrtException {
        try (OrtSession.Result result = session.run(Map.of(input, tensor))) {
            return (float[][]) result.get(0).getValue();
        }
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
