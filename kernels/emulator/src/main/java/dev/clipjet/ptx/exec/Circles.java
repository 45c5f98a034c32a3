package dev.clipjet.ptx.exec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.function.LongSupplier;

/**
 * Notices that blocks go round in circles: that everything they could depend on is as it was before - registers, local and
 * shared memory, where each group of lanes stands, who has arrived at barriers - and that global memory has not changed since.
 * What follows is decided by nothing else, so they will do so for ever. A clock that is read counts as a change, and so does
 * everything asynchronous.
 *
 * <p>Such a state is compared with one that was kept, at growing distances (Brent), so any length of circle is found. Where
 * the schedule is random it is a plain one for as long as nothing changes; or chance would decide what follows.
 */
final class Circles {
    /** Warp instructions before the first look: few blocks run for so long. */
    private static final long PATIENCE = 1L << 21;

    /** Warp instructions from one look to the next. */
    private static final long DISTANCE = 1L << 16;

    /** Rounds of polling without any effect after which every round is looked at. */
    private static final int IDLE_ROUNDS = 256;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final Progress progress;
    private final long begin;
    private boolean watching;
    private long nextLook;
    private long kept;
    private long keptChanges = -1;
    private long looks;
    private long looksUntilKept = 1;

    Circles(Progress progress) {
        this.progress = progress;
        this.begin = progress.total();
        progress.watch(false);
    }

    /**
     * Called after each round of all blocks that run.
     *
     * @param idleRounds for how many rounds threads have polled and nothing has changed
     */
    boolean closed(int idleRounds, LongSupplier state) {
        long total = progress.total();
        boolean idle = idleRounds > IDLE_ROUNDS;
        if (!watching) {
            if (total - begin < PATIENCE && !idle) {
                return false;
            }
            watching = true;
            progress.watch(true);
            nextLook = total + DISTANCE;
        }
        if (total < nextLook && !idle) {
            return false;
        }
        nextLook = total + DISTANCE;
        long changes = progress.changes();
        if (changes != keptChanges) {
            keep(state.getAsLong(), changes);
            looksUntilKept = 1;
            return false;
        }
        long now = state.getAsLong();
        if (now == kept) {
            return true;
        }
        if (++looks >= looksUntilKept) {
            keep(now, changes);
            looksUntilKept *= 2;
        }
        return false;
    }

    /** Whether nothing has changed from the look before the last one to the last one. */
    boolean calm() {
        return watching && keptChanges == progress.changes();
    }

    private void keep(long state, long changes) {
        kept = state;
        keptChanges = changes;
        looks = 0;
    }

    /** Mixes a value into a fingerprint of a state. */
    static long mix(long fingerprint, long value) {
        long z = (fingerprint ^ value) * 0x9E3779B97F4A7C15L;
        return z ^ z >>> 29;
    }

    /** Mixes bytes into a fingerprint. */
    static long mix(long fingerprint, byte[] bytes, int from, int count) {
        long mixed = fingerprint;
        int i = from;
        for (; i + 8 <= from + count; i += 8) {
            mixed = mix(mixed, (long) LONG.get(bytes, i));
        }
        for (; i < from + count; i++) {
            mixed = mix(mixed, bytes[i]);
        }
        return mixed;
    }
}
