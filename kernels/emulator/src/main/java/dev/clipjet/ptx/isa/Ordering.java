package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.exec.MemoryOrder;
import dev.clipjet.ptx.exec.Space;
import dev.clipjet.ptx.exec.Warp;
import dev.clipjet.ptx.race.Strength;

/**
 * Semantics and scope of a load or store.
 *
 * @param semantics {@code weak volatile relaxed acquire release mmio}
 * @param scope a scope of {@link Strength}
 */
record Ordering(String semantics, int scope) {
    /** Takes the modifiers; strong accesses make blocks run together. */
    static Ordering take(InstructionReader in) {
        String semantics = in.takeAny("weak", "volatile", "relaxed", "acquire", "release", "mmio");
        String scope = in.takeAny("cta", "cluster", "gpu", "sys");
        boolean strong = semantics != null && !semantics.equals("weak");
        boolean ordered = strong && !semantics.equals("volatile");
        if (ordered != (scope != null)) {
            throw in.error(ordered ? "the access has no scope" : "a scope without .relaxed .acquire or .release");
        }
        if (strong) {
            in.communicates();
        }
        return new Ordering(semantics == null ? "weak" : semantics, MemoryOrder.scope(scope == null ? "sys" : scope));
    }

    boolean strong() {
        return !semantics.equals("weak");
    }

    /** The scope for the checks of races. */
    int strength() {
        return strong() ? scope : Strength.WEAK;
    }

    /** Acquires what the locations that lanes have read release. */
    void afterRead(Warp warp, int mask, Space space) {
        warp.block().progress().poll();
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            warp.order.read(lane, warp.order.location(lane, space), scope, semantics.equals("acquire"));
        }
    }

    /** Releases to the locations that lanes have written. */
    void afterWrite(Warp warp, int mask, Space space) {
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            warp.order.write(lane, warp.order.location(lane, space), scope, semantics.equals("release"), false);
        }
        warp.order.advance();
    }
}
