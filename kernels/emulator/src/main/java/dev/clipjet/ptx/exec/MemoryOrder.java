package dev.clipjet.ptx.exec;

import dev.clipjet.ptx.race.Strength;
import dev.clipjet.ptx.race.SyncLocation;
import dev.clipjet.ptx.race.VectorClock;
import java.util.Arrays;

/**
 * Synchronisation of a warp's threads through memory: releases and acquires, and the patterns in which a fence before a strong
 * write releases and a fence after a strong read acquires.
 */
public final class MemoryOrder {
    private final Warp warp;
    /** What each lane knew at its last fence, and that fence's scope. */
    private final VectorClock[] fenced = new VectorClock[32];

    private final int[] fenceScope = new int[32];
    /** What each lane would acquire by a fence, from strong reads before it. */
    private final VectorClock[] readable = new VectorClock[32];

    MemoryOrder(Warp warp) {
        this.warp = warp;
    }

    void reset() {
        Arrays.fill(fenced, null);
        Arrays.fill(readable, null);
    }

    /** Lanes execute a fence. */
    public void fence(int mask, int scope) {
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            if (readable[lane] != null) {
                warp.clock().acquire(1 << lane, readable[lane]);
                readable[lane] = null;
            }
            fenced[lane] = warp.clock().snapshot(lane);
            fenceScope[lane] = scope;
        }
        warp.clock().advance();
    }

    /** A lane has read a location by a strong access. */
    public void read(int lane, SyncLocation location, int scope, boolean acquires) {
        int block = warp.block().linearIndex();
        VectorClock learnt = acquires || readable[lane] == null
                ? new VectorClock(block, warp.block().warps())
                : readable[lane];
        location.acquire(block, scope, learnt);
        if (acquires) {
            warp.clock().acquire(1 << lane, learnt);
        } else {
            readable[lane] = learnt;
        }
    }

    /**
     * A lane has written a location by a strong access.
     *
     * @param lane the lane
     * @param location the location
     * @param scope the access's scope
     * @param releases whether the access itself releases
     * @param update whether it was an atomic update, which passes earlier releases on
     */
    public void write(int lane, SyncLocation location, int scope, boolean releases, boolean update) {
        int block = warp.block().linearIndex();
        if (!update) {
            location.clear();
        }
        if (releases) {
            location.release(block, warp.clock().snapshot(lane), scope);
        } else if (fenced[lane] != null) {
            location.release(block, fenced[lane], Math.min(scope, fenceScope[lane]));
        }
    }

    /** After releases: what the lanes do from now on is not covered by them. */
    public void advance() {
        warp.clock().advance();
    }

    /** The location of a lane's resolved access. */
    public SyncLocation location(int lane, Space space) {
        MemoryAccess access = warp.access;
        Space where = space == Space.GENERIC ? Space.of(access.address[lane]) : space;
        return where == Space.SHARED
                ? warp.block().sharedLocation(access.offset[lane])
                : warp.block().launch().globalLocation(access.address[lane]);
    }

    /** The scope of a modifier, the system's for none. */
    public static int scope(String modifier) {
        return switch (modifier) {
            case "cta" -> Strength.BLOCK;
            case "cluster" -> Strength.CLUSTER;
            default -> Strength.DEVICE;
        };
    }
}
