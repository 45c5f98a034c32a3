package dev.clipjet.kernels.gpu;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Writes what the kernel reads: descriptors ({@code struct Pass} of {@code resize.cu}) of the first pass of all images, those of the
 * second pass, then for each filter its starts, counts, and weights by tap and position.
 */
final class ResizeTables {
    static final int ALIGNMENT = 16;

    private static final int DESCRIPTOR_BYTES = 96;
    private static final int COPY = 1;
    private static final int ACROSS = 2;
    private static final int DOWN = 3;

    private final ByteBuffer bytes;
    private final long address;
    private final int count;
    private int end;

    /** A filter on the device. */
    private record Filter(int kind, long starts, long counts, long weights, int bits) {
        static final Filter NONE = new Filter(COPY, 0, 0, 0, 1);
    }

    /** An image in device memory, from some row and column on. */
    private record Pixels(long address, int pitch, int fromRow, int fromColumn) {}

    /**
     * @param bytes little-endian, of {@link #bytes(List)} bytes
     * @param address where they will lie
     * @param count number of images
     */
    ResizeTables(ByteBuffer bytes, long address, int count) {
        this.bytes = bytes;
        this.address = address;
        this.count = count;
        end = 2 * DESCRIPTOR_BYTES * count;
    }

    /** Bytes of all tables of images. */
    static long bytes(List<ResizeImage> images) {
        long sum = 2L * DESCRIPTOR_BYTES * images.size();
        for (ResizeImage image : images) {
            sum += image.horizontal().map(ResizeTables::bytes).orElse(0L)
                    + image.vertical().map(ResizeTables::bytes).orElse(0L);
        }
        return sum;
    }

    /** Where the descriptors of the second pass lie behind those of the first. */
    static long secondPass(int images) {
        return (long) DESCRIPTOR_BYTES * images;
    }

    void write(List<ResizeImage> images, long scratch) {
        long between = scratch;
        for (int i = 0; i < count; i++) {
            ResizeImage image = images.get(i);
            if (image.hasTwoPasses()) {
                twoPasses(i, image, between);
            } else {
                onePass(i, image);
            }
            between += image.betweenBytes();
        }
    }

    private void twoPasses(int index, ResizeImage image, long between) {
        ResizeAxis horizontal = image.horizontal().orElseThrow();
        ResizeAxis vertical = image.vertical().orElseThrow();
        Filter first;
        Filter second;
        Pixels source;
        if (image.verticalFirst()) {
            first = filter(DOWN, vertical, 0);
            second = filter(ACROSS, horizontal, horizontal.from());
            source = new Pixels(image.source(), 3 * image.width(), 0, horizontal.from());
        } else {
            first = filter(ACROSS, horizontal, 0);
            second = filter(DOWN, vertical, vertical.from());
            source = new Pixels(image.source(), 3 * image.width(), vertical.from(), 0);
        }
        put(index, first, source, between, image.betweenPitch());
        window(image.betweenRows(), image.betweenColumns(), image.betweenRows(), image.betweenColumns(), 0, 0, 0);
        put(index + count, second, new Pixels(between, image.betweenPitch(), 0, 0), image.out(), 3 * image.outWidth());
        output(image);
    }

    private void onePass(int index, ResizeImage image) {
        bytes.position(index * DESCRIPTOR_BYTES).put(new byte[DESCRIPTOR_BYTES]);
        Filter filter = image.horizontal()
                .map(axis -> filter(ACROSS, axis, 0))
                .or(() -> image.vertical().map(axis -> filter(DOWN, axis, 0)))
                .orElse(Filter.NONE);
        int row = image.vertical().isPresent() ? 0 : image.top();
        int column = image.horizontal().isPresent() ? 0 : image.left();
        Pixels source = new Pixels(image.source(), 3 * image.width(), row, column);
        put(index + count, filter, source, image.out(), 3 * image.outWidth());
        output(image);
    }

    private void output(ResizeImage image) {
        window(
                image.outHeight(),
                image.outWidth(),
                image.rows(),
                image.columns(),
                image.padTop(),
                image.padLeft(),
                image.fill());
    }

    /** Writes the first part of a descriptor; {@link #window} writes the rest. */
    private void put(int index, Filter filter, Pixels in, long out, int outPitch) {
        bytes.position(index * DESCRIPTOR_BYTES)
                .putLong(in.address() + (long) in.fromRow() * in.pitch() + 3L * in.fromColumn())
                .putLong(out)
                .putLong(filter.starts())
                .putLong(filter.counts())
                .putLong(filter.weights())
                .putInt(in.pitch())
                .putInt(outPitch)
                .putInt(filter.kind())
                .putInt(filter.bits());
    }

    private void window(int rows, int columns, int windowRows, int windowColumns, int top, int left, int fill) {
        bytes.putInt(rows)
                .putInt(columns)
                .putInt(windowRows)
                .putInt(windowColumns)
                .putInt(top)
                .putInt(left)
                .putInt(fill)
                .putInt(0)
                .putLong(0);
    }

    /** Appends a filter whose samples count from {@code shift} on. */
    private Filter filter(int kind, ResizeAxis axis, int shift) {
        int size = axis.size();
        bytes.position(end);
        for (int start : axis.starts()) {
            bytes.putInt(start - shift);
        }
        for (int samples : axis.counts()) {
            bytes.putInt(samples);
        }
        for (int k = 0; k < axis.stride(); k++) {
            for (int i = 0; i < size; i++) {
                bytes.putInt(axis.weights()[i * axis.stride() + k]);
            }
        }
        long starts = address + end;
        end += Math.toIntExact(bytes(axis));
        return new Filter(kind, starts, starts + 4L * size, starts + 8L * size, axis.bits());
    }

    private static long bytes(ResizeAxis axis) {
        long size = 4L * axis.size() * (2L + axis.stride());
        return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
}
