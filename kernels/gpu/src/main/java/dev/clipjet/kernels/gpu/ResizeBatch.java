package dev.clipjet.kernels.gpu;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Images of any sizes that are resized together: their descriptors and filters as {@link ResizeKernel} reads them, and the room it
 * needs between its two passes. Encode it, copy the bytes to the device, record the kernel.
 */
public final class ResizeBatch {
    private static final int TILE_COLUMNS = 64;
    private static final int TILE_ROWS = 4;
    private static final int MAX_IMAGES = 65535;

    private final List<ResizeImage> images;
    private final long tableBytes;
    private final long scratchBytes;

    /** A batch of at least one image. */
    public ResizeBatch(List<ResizeImage> images) {
        LaunchCheck.of("resize").positive("images", images.size()).atMost("images", images.size(), MAX_IMAGES);
        this.images = List.copyOf(images);
        tableBytes = ResizeTables.bytes(this.images);
        scratchBytes = this.images.stream().mapToLong(ResizeImage::betweenBytes).sum();
    }

    /** Number of images. */
    public int size() {
        return images.size();
    }

    /** Bytes that {@link #encode} writes. */
    public long tableBytes() {
        return tableBytes;
    }

    /** Bytes of device memory between the passes; 0 where no image needs two. */
    public long scratchBytes() {
        return scratchBytes;
    }

    /**
     * Writes descriptors and filters.
     *
     * @param target has room for {@link #tableBytes}; written from its position on
     * @param tables where these bytes will lie on the device, 16-byte aligned
     * @param scratch {@link #scratchBytes} bytes on the device, 16-byte aligned; not looked at where that is 0
     */
    public void encode(ByteBuffer target, long tables, long scratch) {
        LaunchCheck check = LaunchCheck.of("resize")
                .aligned("tables", tables, ResizeTables.ALIGNMENT)
                .atMost("bytes of tables", tableBytes, target.remaining());
        if (scratchBytes > 0) {
            check.aligned("scratch", scratch, ResizeTables.ALIGNMENT);
        }
        ByteBuffer bytes =
                target.slice(target.position(), Math.toIntExact(tableBytes)).order(ByteOrder.LITTLE_ENDIAN);
        new ResizeTables(bytes, tables, images.size()).write(images, scratch);
        target.position(target.position() + Math.toIntExact(tableBytes));
    }

    /** Tiles of the largest image that a pass writes. */
    int tiles(boolean firstPass) {
        long most = 1;
        for (ResizeImage image : images) {
            if (!firstPass) {
                most = Math.max(most, tiles(image.outWidth(), image.outHeight()));
            } else if (image.hasTwoPasses()) {
                most = Math.max(most, tiles(image.betweenColumns(), image.betweenRows()));
            }
        }
        return Math.toIntExact(most);
    }

    private static long tiles(int columns, int rows) {
        return ((columns - 1) / TILE_COLUMNS + 1L) * ((rows - 1) / TILE_ROWS + 1);
    }
}
