package dev.clipjet.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import dev.clipjet.cpu.CpuEngine;
import dev.clipjet.engine.Engine;
import dev.clipjet.weights.Checkpoint;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Time of one call of the text tower for texts of ten tokens. Clipjet computes those ten; the peer takes the padded
 * context of 77, as its exported graph demands.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
@Fork(1)
public class TextTowerBenchmark {
    private static final int[] CAPTION = {49406, 320, 1125, 539, 320, 2368, 530, 518, 2867, 49407};

    @Param({"clipjet", "onnxruntime"})
    public String engine;

    @Param({"1", "16"})
    public int batch;

    private Checkpoint checkpoint;
    private Engine cpu;
    private OnnxTower onnx;
    private OnnxTensor tensor;
    private List<int[]> texts;

    @Setup
    public void open() throws Exception {
        int threads = Runtime.getRuntime().availableProcessors();
        checkpoint = Checkpoint.open(BenchmarkModel.directory());
        int context = checkpoint.spec().text().orElseThrow().contextLength();
        if (engine.equals("clipjet")) {
            cpu = CpuEngine.open(checkpoint, threads);
            texts = new ArrayList<>();
            for (int i = 0; i < batch; i++) {
                texts.add(CAPTION);
            }
        } else {
            onnx = new OnnxTower(BenchmarkModel.peer("text.onnx"), threads);
            long[] ids = new long[batch * context];
            for (int i = 0; i < batch; i++) {
                for (int j = 0; j < CAPTION.length; j++) {
                    ids[i * context + j] = CAPTION[j];
                }
            }
            tensor = OnnxTensor.createTensor(
                    OrtEnvironment.getEnvironment(), LongBuffer.wrap(ids), new long[] {batch, context});
        }
    }

    @Benchmark
    public float[][] texts() throws Exception {
        return cpu != null ? cpu.embedTexts(texts) : onnx.run(tensor);
    }

    @TearDown
    public void close() throws Exception {
        if (cpu != null) {
            cpu.close();
        } else {
            tensor.close();
            onnx.close();
        }
        checkpoint.close();
    }
}
