package dev.clipjet.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import dev.clipjet.cpu.CpuEngine;
import dev.clipjet.engine.Engine;
import dev.clipjet.weights.Checkpoint;
import java.nio.FloatBuffer;
import java.util.Random;
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

/** Time of one call of the image tower, normalized pixels in, embeddings out. Divide by the batch for the time per image. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
@Fork(1)
public class ImageTowerBenchmark {
    @Param({"clipjet", "onnxruntime"})
    public String engine;

    @Param({"1", "16"})
    public int batch;

    private Checkpoint checkpoint;
    private Engine cpu;
    private OnnxTower onnx;
    private OnnxTensor tensor;
    private float[] pixels;

    @Setup
    public void open() throws Exception {
        int threads = Runtime.getRuntime().availableProcessors();
        checkpoint = Checkpoint.open(BenchmarkModel.directory());
        int side = checkpoint.spec().vision().orElseThrow().imageSize();
        pixels = new float[batch * 3 * side * side];
        Random random = new Random(1);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) random.nextGaussian();
        }
        if (engine.equals("clipjet")) {
            cpu = CpuEngine.open(checkpoint, threads);
        } else {
            onnx = new OnnxTower(BenchmarkModel.peer("image.onnx"), threads);
            tensor = OnnxTensor.createTensor(
                    OrtEnvironment.getEnvironment(), FloatBuffer.wrap(pixels), new long[] {batch, 3, side, side});
        }
    }

    @Benchmark
    public float[][] images() throws Exception {
        return cpu != null ? cpu.embedImages(pixels, batch) : onnx.run(tensor);
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
