package dev.clipjet.cli.profile;

import dev.clipjet.engine.PreparedTower;
import dev.clipjet.gpu.GpuExecutor;
import dev.clipjet.graph.Cost;
import dev.clipjet.graph.CostModel;
import dev.clipjet.graph.PixelNormalization;
import dev.clipjet.graph.TowerGraph;
import dev.clipjet.kernels.gpu.KernelManifest;
import dev.clipjet.model.ImageTower;
import dev.clipjet.model.TextTower;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.ptx.emulator.CountingDevice;
import dev.clipjet.ptx.profile.LaunchCounts;
import dev.clipjet.ptx.profile.LaunchProfile;
import dev.clipjet.weights.Checkpoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;

/**
 * A forward pass of one tower on the emulator, launch by launch.
 *
 * @param gpu the GPU that is modelled
 * @param launches in order
 * @param floor microseconds that no implementation goes below on it: weights read once, or all operations at the best rate
 */
public record TowerProfile(String gpu, List<ProfiledLaunch> launches, double floor) {
    private static final long SEED = 20_260_101;

    /** Which tower of a model is profiled. */
    public enum Side {
        IMAGE,
        TEXT
    }

    /**
     * Runs and counts.
     *
     * @param batch images or texts
     * @param textLength tokens of every text
     * @param gpuName {@code h200}, {@code h100}, {@code a100} or {@code l4}
     * @param sampleBlocks 0 to run every block; else about how many of each launch, from which the rest is extrapolated
     * @param progress told of every launch
     */
    public static TowerProfile of(
            Checkpoint checkpoint,
            ElementType type,
            Side side,
            int batch,
            int textLength,
            String gpuName,
            int sampleBlocks,
            Consumer<ProfiledLaunch> progress) {
        ProfiledGpu gpu = ProfiledGpu.of(gpuName);
        KernelManifest manifest = KernelManifest.shipped();
        List<ProfiledLaunch> launches = new ArrayList<>();
        try (CountingDevice device = new CountingDevice(gpu.properties(), sampleBlocks);
                GpuExecutor executor = new GpuExecutor(checkpoint, device, type)) {
            PreparedTower prepared = side == Side.IMAGE
                    ? images(checkpoint, executor, batch)
                    : texts(checkpoint, executor, batch, textLength);
            executor.run(prepared, op -> {
                LaunchCounts counts = device.counts();
                int registers = gpu.registers(manifest, counts.counts().kernel());
                ProfiledLaunch launch = new ProfiledLaunch(
                        op.name(), counts, LaunchProfile.of(counts.counts(), gpu.model(), registers));
                launches.add(launch);
                progress.accept(launch);
                return true;
            });
            Cost cost = CostModel.of(prepared.graph(), textLength, type.bytes());
            return new TowerProfile(gpu.model().name(), launches, gpu.floor(cost.weightBytes(), cost.operations()));
        }
    }

    private static PreparedTower images(Checkpoint checkpoint, GpuExecutor executor, int batch) {
        ImageTower tower = checkpoint.spec().vision().orElseThrow();
        TowerGraph graph = TowerGraph.image(
                tower,
                Optional.of(PixelNormalization.of(checkpoint.spec().preprocess().orElseThrow())),
                TowerGraph.Output.EMBEDDINGS);
        byte[] rgb = new byte[PixelNormalization.CHANNELS * tower.imageSize() * tower.imageSize()];
        new Random(SEED).nextBytes(rgb);
        PreparedTower prepared = executor.prepare(graph, batch, 1);
        prepared.input().begin();
        for (int i = 0; i < batch; i++) {
            prepared.input().image(rgb);
        }
        prepared.input().end();
        return prepared;
    }

    private static PreparedTower texts(Checkpoint checkpoint, GpuExecutor executor, int batch, int textLength) {
        TextTower tower = checkpoint.spec().text().orElseThrow();
        Random random = new Random(SEED);
        int[] ids = new int[textLength];
        Arrays.setAll(ids, i -> random.nextInt(tower.vocabSize()));
        PreparedTower prepared = executor.prepare(TowerGraph.text(tower), batch, batch * textLength);
        prepared.input().begin();
        for (int i = 0; i < batch; i++) {
            prepared.input().text(ids, textLength - 1);
        }
        prepared.input().end();
        return prepared;
    }

    /** Predicted microseconds of all launches, one after the other. */
    public double microseconds() {
        return launches.stream()
                .mapToDouble(launch -> launch.profile().microseconds())
                .sum();
    }
}
