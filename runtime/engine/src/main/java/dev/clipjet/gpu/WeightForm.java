package dev.clipjet.gpu;

import dev.clipjet.kernels.gpu.Swizzle;
import dev.clipjet.kernels.gpu.TileLayout;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.upload.RowMajor;
import dev.clipjet.weights.upload.TileOrder;
import dev.clipjet.weights.upload.TiledLayout;
import dev.clipjet.weights.upload.WeightLayout;

/** The layouts in which kernels read weights, as the uploader understands them. */
final class WeightForm {
    private static final int CHUNKS_OF_A_SWIZZLE = 8;

    private WeightForm() {}

    /** A packed matrix of the matrix products. */
    static WeightLayout packed(TileLayout layout, ElementType type) {
        int chunk = TileLayout.CHUNK_BYTES / type.bytes();
        TileOrder order =
                layout.swizzle() == Swizzle.NONE ? TileOrder.ROW_MAJOR : TileOrder.xor(chunk, CHUNKS_OF_A_SWIZZLE, 1);
        return new TiledLayout(layout.tileRows(), layout.tileColumns(), order);
    }

    /** A table: row-major, rows padded to 16 bytes. */
    static WeightLayout table(ElementType type) {
        return new RowMajor(DeviceLayout.stride(1, type));
    }
}
