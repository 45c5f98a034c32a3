package dev.clipjet.cli.profile;

import dev.clipjet.gpu.GpuExecutor;
import dev.clipjet.gpu.PixelScale;
import dev.clipjet.gpu.PreparedTower;
import dev.clipjet.gpu.Tower;
import dev.clipjet.kernels.gpu.KernelManifest;
import dev.clipjet.kernels.gpu.StorageType;
import dev.clipjet.model.TextTower;
import dev.clipjet.model.Transformers;
import dev.clipjet.model.VisionTransformer;
import dev.clipjet.ptx.emulator.CountingDevice;
import dev.clipjet.ptx.profile.LaunchCounts;
import dev.clipjet.ptx.profile.LaunchProfile;
import dev.clipjet.weights.Checkpoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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

    /**
     * Runs and counts.
     *
     * @param tower {@link Tower#IMAGE_BYTES} or {@link Tower#TEXT}
     * @param batch images or texts
     * @param textLength tokens of every text
     * @param gpuName {@code h200}, {@code h100}, {@code a100} or {@code l4}
     * @param sampleBlocks 0 to run every block; else about how many of each launch, from which the rest is extrapolated
     * @param progress told of every launch
     */
    public static TowerProfile of(
            Checkpoint checkpoint,
            StorageType type,
            Tower tower,
            int batch,
            int textLength,
            String gpuName,
            int sampleBlocks,
            Consumer<ProfiledLaunch> progress) {
        ProfiledGpu gpu = ProfiledGpu.of(gpuName);
        KernelManifest manifest = KernelManifest.shipped();
        List<ProfiledLaunch> launches = new ArrayList<>();
        try (CountingDevice device = new CountingDevice(gpu.properties(), sampleBlocks);
                GpuExecutor executor = new GpuExecutor(
                        checkpoint, device, type, checkpoint.spec().preprocess().map(PixelScale::of))) {
            PreparedTower prepared = executor.prepare(tower, batch, batch * textLength);
            int longest = fill(checkpoint, prepared, tower, batch, textLength);
            executor.run(prepared, op -> {
                LaunchCounts counts = device.counts();
                int registers = gpu.registers(manifest, counts.counts().kernel());
                ProfiledLaunch launch = new ProfiledLaunch(
                        op.name(), counts, LaunchProfile.of(counts.counts(), gpu.model(), registers));
                launches.add(launch);
                progress.accept(launch);
                return true;
            });
            TowerWork work = TowerWork.of(prepared.graph(), longest, type.bytes());
            return new TowerProfile(gpu.model().name(), launches, gpu.floor(work.bytes(), work.operations()));
        }
    }

    private static int fill(Checkpoint checkpoint, PreparedTower prepared, Tower tower, int batch, int textLength) {
        Random random = new Random(SEED);
        prepared.input().begin();
        int longest;
        if (tower.isImage()) {
            VisionTransformer vision =
                    Transformers.image(checkpoint.spec().vision().orElseThrow(), "the profile");
            byte[] rgb = new byte[3 * vision.imageSize() * vision.imageSize()];
            random.nextBytes(rgb);
            for (int i = 0; i < batch; i++) {
                prepared.input().image(rgb);
            }
            longest = vision.tokens();
        } else {
            TextTower text = checkpoint.spec().text().orElseThrow();
            int[] ids = new int[textLength];
            Arrays.setAll(ids, i -> random.nextInt(text.vocabSize()));
            for (int i = 0; i < batch; i++) {
                prepared.input().text(ids, textLength - 1);
            }
            longest = textLength;
        }
        prepared.input().end();
        return longest;
    }

    /** Predicted microseconds of all launches, one after the other. */
    public double microseconds() {
        return launches.stream()
                .mapToDouble(launch -> launch.profile().microseconds())
                .sum();
    }
}
