package dev.clipjet.kernels.gpu;

import dev.clipjet.device.Dim3;
import dev.clipjet.device.GpuFunction;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.KernelArguments;
import dev.clipjet.device.LaunchShape;

/** Resize and crop of 8-bit RGB images, byte for byte as on the host: {@code resize.cu}. */
public final class ResizeKernel {
    private static final Dim3 BLOCK = Dim3.of(256);

    private final GpuFunction function;

    /** The kernel. */
    public ResizeKernel(KernelLibrary library) {
        function = library.function("resize", "resize_pass");
    }

    /**
     * Enqueues the passes of a batch: one launch, or two where any image changes in both directions.
     *
     * @param batch what to do
     * @param tables the batch's tables on the device, encoded for this address
     */
    public void record(GpuStream stream, ResizeBatch batch, long tables) {
        LaunchCheck.of("resize").aligned("tables", tables, ResizeTables.ALIGNMENT);
        if (batch.scratchBytes() > 0) {
            launch(stream, batch, batch.tiles(true), tables);
        }
        launch(stream, batch, batch.tiles(false), tables + ResizeTables.secondPass(batch.size()));
    }

    private void launch(GpuStream stream, ResizeBatch batch, int tiles, long descriptors) {
        stream.launch(
                function,
                new LaunchShape(Dim3.of(tiles, batch.size()), BLOCK, 0),
                new KernelArguments().addLong(descriptors));
    }
}
