package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.Warp;

/**
 * Steps that compute each lane's result from that lane's operands. A subclass computes all 32 lanes in one simple loop, which
 * the compiler vectorises; if some lanes are inactive the loop's result goes to scratch and the active lanes are copied. The
 * loop must therefore be total: no exception for any input.
 */
final class Lanes {
    private Lanes() {}

    /** Copies the active lanes of a result. */
    static void blend(int[] target, int[] result, int mask) {
        for (int lane = 0; lane < 32; lane++) {
            target[lane] = (mask >>> lane & 1) != 0 ? result[lane] : target[lane];
        }
    }

    /** Copies the active lanes of a result. */
    static void blend(long[] target, long[] result, int mask) {
        for (int lane = 0; lane < 32; lane++) {
            target[lane] = (mask >>> lane & 1) != 0 ? result[lane] : target[lane];
        }
    }

    /** One operand of up to 32 bits. */
    abstract static class Int1 extends Step {
        private final int d;
        private final int a;

        Int1(int d, int a) {
            this.d = d;
            this.a = a;
        }

        abstract void lanes(int[] d, int[] a);

        @Override
        public final void run(Warp warp, int mask) {
            int[] target = warp.ints[d];
            if (mask == -1) {
                lanes(target, warp.ints[a]);
            } else {
                lanes(warp.scratchInts, warp.ints[a]);
                blend(target, warp.scratchInts, mask);
            }
        }
    }

    /** Two operands of up to 32 bits. */
    abstract static class Int2 extends Step {
        private final int d;
        private final int a;
        private final int b;

        Int2(int d, int a, int b) {
            this.d = d;
            this.a = a;
            this.b = b;
        }

        abstract void lanes(int[] d, int[] a, int[] b);

        @Override
        public final void run(Warp warp, int mask) {
            int[] target = warp.ints[d];
            if (mask == -1) {
                lanes(target, warp.ints[a], warp.ints[b]);
            } else {
                lanes(warp.scratchInts, warp.ints[a], warp.ints[b]);
                blend(target, warp.scratchInts, mask);
            }
        }
    }

    /** Three operands of up to 32 bits. */
    abstract static class Int3 extends Step {
        private final int d;
        private final int a;
        private final int b;
        private final int c;

        Int3(int d, int a, int b, int c) {
            this.d = d;
            this.a = a;
            this.b = b;
            this.c = c;
        }

        abstract void lanes(int[] d, int[] a, int[] b, int[] c);

        @Override
        public final void run(Warp warp, int mask) {
            int[] target = warp.ints[d];
            if (mask == -1) {
                lanes(target, warp.ints[a], warp.ints[b], warp.ints[c]);
            } else {
                lanes(warp.scratchInts, warp.ints[a], warp.ints[b], warp.ints[c]);
                blend(target, warp.scratchInts, mask);
            }
        }
    }

    /** One operand of 64 bits. */
    abstract static class Long1 extends Step {
        private final int d;
        private final int a;

        Long1(int d, int a) {
            this.d = d;
            this.a = a;
        }

        abstract void lanes(long[] d, long[] a);

        @Override
        public final void run(Warp warp, int mask) {
            long[] target = warp.longs[d];
            if (mask == -1) {
                lanes(target, warp.longs[a]);
            } else {
                lanes(warp.scratchLongs, warp.longs[a]);
                blend(target, warp.scratchLongs, mask);
            }
        }
    }

    /** Two operands of 64 bits. */
    abstract static class Long2 extends Step {
        private final int d;
        private final int a;
        private final int b;

        Long2(int d, int a, int b) {
            this.d = d;
            this.a = a;
            this.b = b;
        }

        abstract void lanes(long[] d, long[] a, long[] b);

        @Override
        public final void run(Warp warp, int mask) {
            long[] target = warp.longs[d];
            if (mask == -1) {
                lanes(target, warp.longs[a], warp.longs[b]);
            } else {
                lanes(warp.scratchLongs, warp.longs[a], warp.longs[b]);
                blend(target, warp.scratchLongs, mask);
            }
        }
    }

    /** Three operands of 64 bits. */
    abstract static class Long3 extends Step {
        private final int d;
        private final int a;
        private final int b;
        private final int c;

        Long3(int d, int a, int b, int c) {
            this.d = d;
            this.a = a;
            this.b = b;
            this.c = c;
        }

        abstract void lanes(long[] d, long[] a, long[] b, long[] c);

        @Override
        public final void run(Warp warp, int mask) {
            long[] target = warp.longs[d];
            if (mask == -1) {
                lanes(target, warp.longs[a], warp.longs[b], warp.longs[c]);
            } else {
                lanes(warp.scratchLongs, warp.longs[a], warp.longs[b], warp.longs[c]);
                blend(target, warp.scratchLongs, mask);
            }
        }
    }
}
