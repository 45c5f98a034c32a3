package dev.clipjet.preprocess.resize;

/**
 * A resize as one pass per axis with a rounded image between them. Rows stream through both passes: no more of the image
 * between them is held than the rows under one vertical filter, so that extreme shapes need no extreme memory. Each
 * sample depends on its own taps only, so that computing nothing but the wanted window is exact.
 */
final class TwoPasses {

    /** The sums of one library and sample type. */
    interface Arithmetic {
        /** One row of {@code taps.size()} pixels from {@code row}, which starts at source column {@code columnFrom}. */
        void across(byte[] row, int columnFrom, FilterTaps taps, byte[] out);

        /** Row {@code y} of the output; source row {@code r} is {@code ring[r % ring.length]}. */
        void down(byte[][] ring, FilterTaps taps, int y, byte[] out);
    }

    /** Writes a row to {@code out}; rows are asked for in rising order. */
    private interface Rows {
        void read(int y, byte[] out);
    }

    private TwoPasses() {}

    /**
     * The window of the resized image.
     *
     * @param horizontal taps of the window's columns, or null when the width does not change
     * @param vertical taps of the window's rows, or null when the height does not change
     * @param arithmetic may be null when neither axis changes
     */
    static byte[] run(
            RowSource source,
            Window window,
            FilterTaps horizontal,
            FilterTaps vertical,
            boolean verticalFirst,
            Arithmetic arithmetic) {
        int bytes = source.channels();
        int columnFrom = horizontal == null ? window.left() : horizontal.sourceFrom();
        int columnTo = horizontal == null ? window.right() : horizontal.sourceTo();
        int sourcePitch = (columnTo - columnFrom) * bytes;
        int pitch = window.columns() * bytes;
        int rowOffset = vertical == null ? window.top() : 0;
        Rows rows = (y, out) -> source.read(y + rowOffset, columnFrom, columnTo, out);
        if (verticalFirst && vertical != null) {
            rows = new Down(rows, vertical, sourcePitch, arithmetic);
        }
        if (horizontal != null) {
            Rows wide = rows;
            byte[] row = new byte[sourcePitch];
            rows = (y, out) -> {
                wide.read(y, row);
                arithmetic.across(row, columnFrom, horizontal, out);
            };
        }
        if (!verticalFirst && vertical != null) {
            rows = new Down(rows, vertical, pitch, arithmetic);
        }
        byte[] out = new byte[window.rows() * pitch];
        byte[] row = new byte[pitch];
        for (int y = 0; y < window.rows(); y++) {
            rows.read(y, row);
            System.arraycopy(row, 0, out, y * pitch, pitch);
        }
        return out;
    }

    /** The vertical pass, which reads each source row once. */
    private static final class Down implements Rows {
        private final Rows rows;
        private final FilterTaps taps;
        private final Arithmetic arithmetic;
        private final byte[][] ring;
        private int next;

        Down(Rows rows, FilterTaps taps, int pitch, Arithmetic arithmetic) {
            this.rows = rows;
            this.taps = taps;
            this.arithmetic = arithmetic;
            this.ring = new byte[taps.stride()][pitch];
            this.next = taps.sourceFrom();
        }

        @Override
        public void read(int y, byte[] out) {
            int end = taps.starts()[y] + taps.counts()[y];
            for (; next < end; next++) {
                rows.read(next, ring[next % ring.length]);
            }
            arithmetic.down(ring, taps, y, out);
        }
    }
}
