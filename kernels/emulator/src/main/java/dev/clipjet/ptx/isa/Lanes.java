package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.Warp;
import java.util.function.IntBinaryOperator;
import java.util.function.IntToLongFunction;
import java.util.function.IntUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongToIntFunction;
import java.util.function.LongUnaryOperator;

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

    /** Any function of one operand of up to 32 bits. */
    static Step of(int d, int a, IntUnaryOperator function) {
        return OwnLoop.step(OfInt.class, IntUnaryOperator.class, function, d, a);
    }

    private static final class OfInt extends Int1 {
        private final IntUnaryOperator function;

        OfInt(IntUnaryOperator function, int d, int a) {
            super(d, a);
            this.function = function;
        }

        @Override
        void lanes(int[] target, int[] x) {
            for (int lane = 0; lane < 32; lane++) {
                target[lane] = function.applyAsInt(x[lane]);
            }
        }
    }

    /** Any function of two operands of up to 32 bits. */
    static Step of(int d, int a, int b, IntBinaryOperator function) {
        return OwnLoop.step(OfInts.class, IntBinaryOperator.class, function, d, a, b);
    }

    private static final class OfInts extends Int2 {
        private final IntBinaryOperator function;

        OfInts(IntBinaryOperator function, int d, int a, int b) {
            super(d, a, b);
            this.function = function;
        }

        @Override
        void lanes(int[] target, int[] x, int[] y) {
            for (int lane = 0; lane < 32; lane++) {
                target[lane] = function.applyAsInt(x[lane], y[lane]);
            }
        }
    }

    /** A function of three integers. */
    interface IntTernary {
        int apply(int a, int b, int c);
    }

    /** Any function of three operands of up to 32 bits. */
    static Step of(int d, int a, int b, int c, IntTernary function) {
        return OwnLoop.step(OfThreeInts.class, IntTernary.class, function, d, a, b, c);
    }

    private static final class OfThreeInts extends Int3 {
        private final IntTernary function;

        OfThreeInts(IntTernary function, int d, int a, int b, int c) {
            super(d, a, b, c);
            this.function = function;
        }

        @Override
        void lanes(int[] target, int[] x, int[] y, int[] z) {
            for (int lane = 0; lane < 32; lane++) {
                target[lane] = function.apply(x[lane], y[lane], z[lane]);
            }
        }
    }

    /** Any function of one 64-bit operand. */
    static Step ofLong(int d, int a, LongUnaryOperator function) {
        return OwnLoop.step(OfLong.class, LongUnaryOperator.class, function, d, a);
    }

    private static final class OfLong extends Long1 {
        private final LongUnaryOperator function;

        OfLong(LongUnaryOperator function, int d, int a) {
            super(d, a);
            this.function = function;
        }

        @Override
        void lanes(long[] target, long[] x) {
            for (int lane = 0; lane < 32; lane++) {
                target[lane] = function.applyAsLong(x[lane]);
            }
        }
    }

    /** Any function of two 64-bit operands. */
    static Step ofLong(int d, int a, int b, LongBinaryOperator function) {
        return OwnLoop.step(OfLongs.class, LongBinaryOperator.class, function, d, a, b);
    }

    private static final class OfLongs extends Long2 {
        private final LongBinaryOperator function;

        OfLongs(LongBinaryOperator function, int d, int a, int b) {
            super(d, a, b);
            this.function = function;
        }

        @Override
        void lanes(long[] target, long[] x, long[] y) {
            for (int lane = 0; lane < 32; lane++) {
                target[lane] = function.applyAsLong(x[lane], y[lane]);
            }
        }
    }

    /** A function of three 64-bit integers. */
    interface LongTernary {
        long apply(long a, long b, long c);
    }

    /** Any function of three 64-bit operands. */
    static Step ofLong(int d, int a, int b, int c, LongTernary function) {
        return OwnLoop.step(OfThreeLongs.class, LongTernary.class, function, d, a, b, c);
    }

    private static final class OfThreeLongs extends Long3 {
        private final LongTernary function;

        OfThreeLongs(LongTernary function, int d, int a, int b, int c) {
            super(d, a, b, c);
            this.function = function;
        }

        @Override
        void lanes(long[] target, long[] x, long[] y, long[] z) {
            for (int lane = 0; lane < 32; lane++) {
                target[lane] = function.apply(x[lane], y[lane], z[lane]);
            }
        }
    }

    /** Any function from up to 32 bits to 64. */
    static Step widen(int d, int a, IntToLongFunction function) {
        return OwnLoop.step(Widening.class, IntToLongFunction.class, function, d, a);
    }

    private static final class Widening extends Step {
        private final IntToLongFunction function;
        private final int d;
        private final int a;

        Widening(IntToLongFunction function, int d, int a) {
            this.function = function;
            this.d = d;
            this.a = a;
        }

        @Override
        public void run(Warp warp, int mask) {
            long[] target = warp.longs[d];
            long[] result = mask == -1 ? target : warp.scratchLongs;
            int[] x = warp.ints[a];
            for (int lane = 0; lane < 32; lane++) {
                result[lane] = function.applyAsLong(x[lane]);
            }
            if (mask != -1) {
                blend(target, result, mask);
            }
        }
    }

    /** Any function from 64 bits to up to 32. */
    static Step narrow(int d, int a, LongToIntFunction function) {
        return OwnLoop.step(Narrowing.class, LongToIntFunction.class, function, d, a);
    }

    private static final class Narrowing extends Step {
        private final LongToIntFunction function;
        private final int d;
        private final int a;

        Narrowing(LongToIntFunction function, int d, int a) {
            this.function = function;
            this.d = d;
            this.a = a;
        }

        @Override
        public void run(Warp warp, int mask) {
            int[] target = warp.ints[d];
            int[] result = mask == -1 ? target : warp.scratchInts;
            long[] x = warp.longs[a];
            for (int lane = 0; lane < 32; lane++) {
                result[lane] = function.applyAsInt(x[lane]);
            }
            if (mask != -1) {
                blend(target, result, mask);
            }
        }
    }

    /** A function of two 32-bit integers with a 64-bit result. */
    interface IntsToLong {
        long apply(int a, int b);
    }

    /** Any function of two operands of up to 32 bits with a result of 64. */
    static Step widen(int d, int a, int b, IntsToLong function) {
        return OwnLoop.step(WideningPair.class, IntsToLong.class, function, d, a, b);
    }

    private static final class WideningPair extends Step {
        private final IntsToLong function;
        private final int d;
        private final int a;
        private final int b;

        WideningPair(IntsToLong function, int d, int a, int b) {
            this.function = function;
            this.d = d;
            this.a = a;
            this.b = b;
        }

        @Override
        public void run(Warp warp, int mask) {
            long[] target = warp.longs[d];
            long[] result = mask == -1 ? target : warp.scratchLongs;
            int[] x = warp.ints[a];
            int[] y = warp.ints[b];
            for (int lane = 0; lane < 32; lane++) {
                result[lane] = function.apply(x[lane], y[lane]);
            }
            if (mask != -1) {
                blend(target, result, mask);
            }
        }
    }
}
