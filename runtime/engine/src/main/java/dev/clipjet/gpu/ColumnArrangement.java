package dev.clipjet.gpu;

import dev.clipjet.kernels.gpu.ConvolutionShape;
import dev.clipjet.kernels.gpu.PixelConvolutionShape;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.upload.RowSource;

/**
 * The columns of a convolution's weight as its kernel reads them, tap by tap: from (channel, line, column of the window) to {@code line *
 * lineColumns + column * tapColumns + channel}, zeros between them.
 *
 * @param channels of the input
 * @param height lines of the window
 * @param width columns of the window
 * @param lineColumns columns from line to line of the window
 * @param tapColumns columns from tap to tap of a line
 * @param columns of a row, zeros included
 */
record ColumnArrangement(int channels, int height, int width, int lineColumns, int tapColumns, int columns)
        implements WeightArrangement {
    /** Of a convolution over a feature map. */
    static ColumnArrangement of(ConvolutionShape shape, ElementType type) {
        int tap = shape.tapColumns(type);
        return new ColumnArrangement(
                shape.channels(),
                shape.kernelHeight(),
                shape.kernelWidth(),
                shape.kernelWidth() * tap,
                tap,
                shape.packedColumns(type));
    }

    /** Of a convolution over pixels. */
    static ColumnArrangement of(PixelConvolutionShape shape) {
        int channels = PixelConvolutionShape.CHANNELS;
        return new ColumnArrangement(
                channels, shape.kernel(), shape.kernel(), shape.runColumns(), channels, shape.packedColumns());
    }

    @Override
    public RowSource apply(RowSource source) {
        if (source.columns() != channels * height * width) {
            throw new IllegalArgumentException("a weight of " + source.columns() + " columns for windows of " + channels
                    + " x " + height + " x " + width);
        }
        return new Arranged(source);
    }

    /** Where a column of the stored weight goes. */
    int place(int column) {
        int tap = column % (height * width);
        return tap / width * lineColumns + tap % width * tapColumns + column / (height * width);
    }

    /** The rows in their new order; the one that was read last is kept. */
    private final class Arranged implements RowSource {
        private final RowSource source;
        private final byte[] stored;
        private final byte[] arranged;
        private int current = -1;

        Arranged(RowSource source) {
            this.source = source;
            stored = new byte[source.columns() * source.dtype().bytes()];
            arranged = new byte[columns * source.dtype().bytes()];
        }

        @Override
        public ElementType dtype() {
            return source.dtype();
        }

        @Override
        public int rows() {
            return source.rows();
        }

        @Override
        public int columns() {
            return columns;
        }

        @Override
        public void read(long element, int count, byte[] target, int offset) {
            int bytes = dtype().bytes();
            int done = 0;
            while (done < count) {
                int row = (int) ((element + done) / columns);
                int column = (int) ((element + done) % columns);
                int length = Math.min(count - done, columns - column);
                load(row);
                System.arraycopy(arranged, column * bytes, target, offset + done * bytes, length * bytes);
                done += length;
            }
        }

        private void load(int row) {
            if (row == current) {
                return;
            }
            source.read((long) row * source.columns(), source.columns(), stored, 0);
            int bytes = dtype().bytes();
            for (int column = 0; column < source.columns(); column++) {
                System.arraycopy(stored, column * bytes, arranged, place(column) * bytes, bytes);
            }
            current = row;
        }
    }
}
