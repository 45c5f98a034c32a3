package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.exec.Space;
import dev.clipjet.ptx.exec.Warp;
import dev.clipjet.ptx.race.Strength;
import dev.clipjet.ptx.race.SyncLocation;

/**
 * Semantics and scope of an access.
 *
 * @param strong whether it is more than a plain access
 * @param acquires whether its read acquires
 * @param releases whether its write releases
 * @param scope a scope of {@link Strength}
 */
record Ordering(boolean strong, boolean acquires, boolean releases, int scope) {
    /** Takes the modifiers of a load or a store. */
    static Ordering take(InstructionReader in) {
        String semantics = in.takeAny("weak", "volatile", "relaxed", "acquire", "release", "mmio");
        String scope = in.takeAny("cta", "cluster", "gpu", "sys");
        boolean strong = semantics != null && !semantics.equals("weak");
        boolean ordered = strong && !semantics.equals("volatile");
        if (ordered != (scope != null)) {
            throw in.error(ordered ? "the access has no scope" : "a scope without .relaxed .acquire or .release");
        }
        String wrong = in.opcode().equals("st") ? "acquire" : "release";
        if (wrong.equals(semantics)) {
            throw in.error(in.opcode() + " cannot be ." + wrong);
        }
        return new Ordering(
                strong,
                "acquire".equals(semantics),
                "release".equals(semantics),
                scope == null ? Strength.SYSTEM : Strength.scope(scope));
    }

    /** Takes the modifiers of an atomic operation: relaxed, and for the device, where nothing is written. */
    static Ordering takeAtomic(InstructionReader in) {
        String semantics = in.takeAny("relaxed", "acquire", "release", "acq_rel");
        String scope = in.takeAny("cta", "cluster", "gpu", "sys");
        boolean both = "acq_rel".equals(semantics);
        return new Ordering(
                true,
                both || "acquire".equals(semantics),
                both || "release".equals(semantics),
                scope == null ? Strength.GPU : Strength.scope(scope));
    }

    /** Blocks may wait for each other through a strong access, unless it can only reach the block's own memory. */
    void note(InstructionReader in, Space space) {
        if (strong && (space == Space.GLOBAL || space == Space.GENERIC || space == Space.SHARED_CLUSTER)) {
            in.communicates();
        }
    }

    /** What race records keep of an access whose elements have so many bytes. */
    int strength(int bytes) {
        return strong ? Strength.strong(scope, bytes) : 0;
    }

    /** Lanes have read elements by this strong access. */
    void afterRead(Warp warp, int mask, int elements, int bytes) {
        warp.block().progress().poll();
        if (!warp.block().launch().options().checks()) {
            return;
        }
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            for (int i = 0; i < elements; i++) {
                read(warp, lane, i * bytes);
            }
        }
    }

    /** A lane has read the element at a distance from its address. */
    void read(Warp warp, int lane, int from) {
        warp.access.observeEarlier(lane, from, scope, acquires);
        SyncLocation place = warp.access.place(lane, from);
        if (place != null) {
            warp.clock()
                    .observe(
                            lane,
                            place,
                            scope,
                            acquires,
                            other -> warp.block()
                                    .launch()
                                    .sameCluster(warp.block().linearIndex(), other));
        }
    }

    /** Lanes have written elements by this strong access. */
    void afterWrite(Warp warp, int mask, int elements, int bytes) {
        if (!warp.block().launch().options().checks()) {
            return;
        }
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            for (int i = 0; i < elements; i++) {
                wrote(warp, lane, i * bytes, false);
            }
        }
    }

    /** A lane has written an element, perhaps by an atomic update. */
    void wrote(Warp warp, int lane, int from, boolean update) {
        SyncLocation place = warp.access.place(lane, from);
        if (place != null) {
            warp.clock().publish(lane, place, scope, releases, update);
        }
    }
}
