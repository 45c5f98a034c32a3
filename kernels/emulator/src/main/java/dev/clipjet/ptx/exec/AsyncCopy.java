package dev.clipjet.ptx.exec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The copies that one {@code cp.async} of a warp has started, one for each lane. */
final class AsyncCopy {
    private static final int MAX_BYTES = 16;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** Which instruction that started copies of the warp this was. */
    int issue;
    /** The instruction. */
    int pc;
    /** Bytes that each lane writes. */
    int bytes;
    /** Lanes whose copy is in flight. */
    int flying;
    /** Lanes whose copy an mbarrier tracks. */
    int tracked;
    /** For each lane whose copy an mbarrier tracks, how it is completed. */
    final Completion[] completion = new Completion[32];
    /** The group of each lane's copy. */
    final int[] group = new int[32];

    final int[] targetOffset = new int[32];
    final int[] sourceBytes = new int[32];
    private final byte[][] source = new byte[32][];
    private final int[] sourceOffset = new int[32];
    /** What each lane's source held when the copy was issued, and zeros behind it. */
    private final byte[] data = new byte[32 * MAX_BYTES];

    private int landed;

    void begin(int at, int width, int number) {
        issue = number;
        pc = at;
        bytes = width;
        flying = 0;
        tracked = 0;
        landed = 0;
    }

    void add(int lane, int inGroup, byte[] from, int fromOffset, int count, int to) {
        flying |= 1 << lane;
        group[lane] = inGroup;
        targetOffset[lane] = to;
        source[lane] = from;
        sourceOffset[lane] = fromOffset;
        sourceBytes[lane] = count;
        int at = MAX_BYTES * lane;
        if (count == MAX_BYTES) {
            LONG.set(data, at, (long) LONG.get(from, fromOffset));
            LONG.set(data, at + 8, (long) LONG.get(from, fromOffset + 8));
            return;
        }
        Arrays.fill(data, at, at + bytes, (byte) 0);
        if (count > 0) {
            System.arraycopy(from, fromOffset, data, at, count);
        }
    }

    /** Moves a lane's data, unless that is done. */
    void land(int lane, byte[] target) {
        if ((landed >>> lane & 1) != 0) {
            return;
        }
        landed |= 1 << lane;
        int at = MAX_BYTES * lane;
        int to = targetOffset[lane];
        if (bytes == MAX_BYTES) {
            LONG.set(target, to, (long) LONG.get(data, at));
            LONG.set(target, to + 8, (long) LONG.get(data, at + 8));
        } else {
            System.arraycopy(data, at, target, to, bytes);
        }
    }

    /** Whether a lane's source still holds what it held at the issue. */
    boolean sourceUnchanged(int lane) {
        int at = MAX_BYTES * lane;
        byte[] from = source[lane];
        int offset = sourceOffset[lane];
        if (sourceBytes[lane] == MAX_BYTES) {
            return (long) LONG.get(data, at) == (long) LONG.get(from, offset)
                    && (long) LONG.get(data, at + 8) == (long) LONG.get(from, offset + 8);
        }
        return sourceBytes[lane] == 0
                || Arrays.equals(data, at, at + sourceBytes[lane], from, offset, offset + sourceBytes[lane]);
    }
}
