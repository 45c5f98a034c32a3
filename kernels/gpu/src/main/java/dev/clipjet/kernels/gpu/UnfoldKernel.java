package dev.clipjet.kernels.gpu;

import dev.clipjet.device.Dim3;
import dev.clipjet.device.GpuFunction;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.KernelArguments;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.numeric.ElementType;

/** Patches of images as rows, [B * g * g, 3 * P * P], channel by channel, each patch row by row: {@code unfold.cu}. */
public final class UnfoldKernel {
    private static final int THREADS = 128;
    private static final int MAX_IN_A_DIMENSION = 65535;
    /** About as many columns of pixels as make a good read. */
    private static final int STRIP_COLUMNS = 96;

    private static final int MAX_SHARED_BYTES = 48 << 10;

    private final KernelLibrary library;
    private final ElementType type;
    private final GpuFunction fromBytes;
    private final GpuFunction fromFloats;

    /** The kernels for a storage type. */
    public UnfoldKernel(KernelLibrary library, ElementType type) {
        this.library = library;
        this.type = type;
        fromBytes = library.function("unfold", "unfold_bytes_" + type.kernelCode());
        fromFloats = library.function("unfold", "unfold_floats_" + type.kernelCode());
    }

    /**
     * Enqueues the unfolding of bytes; each value less its channel's center, which is exact.
     *
     * @param images uint8 [B, side, side, 3], 4-byte aligned
     * @param side pixels of a side; those beyond the last whole patch are left out
     * @param patch pixels of a patch's side
     * @param center for red, green and blue, 0 to 255
     * @param out [B * (side / patch)^2, 3 * patch^2]
     */
    public void recordBytes(GpuStream stream, long images, int side, int patch, int[] center, Matrix out) {
        LaunchCheck check = LaunchCheck.of("unfold_bytes");
        int batch = check(check, images, side, patch, out);
        check.require(center.length == 3, "there are " + center.length + " centers for 3 channels");
        for (int value : center) {
            check.require(value >= 0 && value <= 255, "center " + value + " is not in 0..255");
        }
        int grid = side / patch;
        int group = group(batch, grid, patch);
        check.atMost("shared memory in bytes", sharedBytes(group, patch), MAX_SHARED_BYTES);
        KernelArguments arguments = new KernelArguments()
                .addInt(side)
                .addInt(patch)
                .addInt(group)
                .addLong(images)
                .addInt(center[0])
                .addInt(center[1])
                .addInt(center[2])
                .addLong(out.address())
                .addInt(out.stride());
        Dim3 blocks = new Dim3((grid + group - 1) / group, grid, batch);
        stream.launch(fromBytes, new LaunchShape(blocks, Dim3.of(THREADS), (int) sharedBytes(group, patch)), arguments);
    }

    /**
     * Enqueues the unfolding of floats.
     *
     * @param images float32 [B, 3, side, side], 4-byte aligned
     * @param side pixels of a side; those beyond the last whole patch are left out
     * @param patch pixels of a patch's side
     * @param out [B * (side / patch)^2, 3 * patch^2]
     */
    public void recordFloats(GpuStream stream, long images, int side, int patch, Matrix out) {
        int batch = check(LaunchCheck.of("unfold_floats"), images, side, patch, out);
        int grid = side / patch;
        KernelArguments arguments = new KernelArguments()
                .addInt(side)
                .addInt(patch)
                .addLong(images)
                .addLong(out.address())
                .addInt(out.stride());
        Dim3 blocks = new Dim3((out.columns() + THREADS - 1) / THREADS, grid, batch);
        stream.launch(fromFloats, new LaunchShape(blocks, Dim3.of(THREADS), 0), arguments);
    }

    /** Images of the batch. */
    private int check(LaunchCheck check, long images, int side, int patch, Matrix out) {
        check.positive("patch", patch)
                .require(side >= patch, "a side of " + side + " pixels is less than a patch of " + patch)
                .aligned("images", images, 4)
                .matrix("out", out, type);
        int patches = side / patch * (side / patch);
        check.multiple("rows of out", out.rows(), patches)
                .shape("out", out, out.rows(), 3 * patch * patch)
                .atMost("images", out.rows() / patches, MAX_IN_A_DIMENSION);
        return out.rows() / patches;
    }

    /** Patches side by side of one block: wide reads, unless that leaves SMs without work. */
    private int group(int batch, int grid, int patch) {
        int blocksWanted = 2 * library.device().properties().multiprocessors();
        int group = Math.max(1, Math.min(grid, STRIP_COLUMNS / patch));
        while (group > 1 && (long) batch * grid * ((grid + group - 1) / group) < blocksWanted) {
            group--;
        }
        return group;
    }

    private static long sharedBytes(int group, int patch) {
        return (long) patch * ((group * patch * 3 + 3 & ~3) + 4);
    }
}
