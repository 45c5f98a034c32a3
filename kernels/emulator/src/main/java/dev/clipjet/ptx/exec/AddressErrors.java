package dev.clipjet.ptx.exec;

import dev.clipjet.ptx.memory.Allocation;
import dev.clipjet.ptx.memory.GlobalMemory;
import dev.clipjet.ptx.report.FindingKind;

/** Reports of addresses that do not do. All of them end the launch. */
final class AddressErrors {
    private AddressErrors() {}

    static void misaligned(Warp warp, Step step, int lane, long address, int alignment) {
        warp.report(
                FindingKind.MISALIGNED,
                step,
                lane,
                "address " + hex(address) + " is no multiple of " + alignment,
                null);
    }

    /** A global access that does not lie in one live allocation. */
    static void outsideGlobal(Warp warp, Step step, int lane, long at, int size, boolean write) {
        GlobalMemory memory = warp.block().launch().memory();
        String what = access(size, at, write);
        if (memory.wasFreed(at)) {
            warp.report(FindingKind.FREED_MEMORY, step, lane, what + ", in memory that has been freed", null);
        }
        Allocation allocation = memory.at(at);
        if (allocation == null) {
            warp.report(
                    FindingKind.OUT_OF_BOUNDS,
                    step,
                    lane,
                    what + (at == 0 ? ", the null address" : ", where nothing is allocated"),
                    null);
            throw new IllegalStateException("out of bounds is fatal");
        }
        long from = GlobalMemory.offset(at);
        int length = allocation.bytes().length;
        warp.report(
                FindingKind.OUT_OF_BOUNDS,
                step,
                lane,
                what + ", " + (from < 0 ? -from + " bytes before" : from - length + size + " bytes past the end of")
                        + " " + allocation.name() + " of " + length + " bytes at " + hex(allocation.address()),
                null);
    }

    static void outsideShared(Warp warp, Step step, int lane, long at, int size, int length, boolean write) {
        warp.report(
                FindingKind.OUT_OF_BOUNDS,
                step,
                lane,
                access(size, at, write) + " of shared memory, which has " + length + " bytes",
                null);
    }

    static void readOnly(Warp warp, Step step, int lane, Allocation allocation) {
        warp.report(FindingKind.READ_ONLY, step, lane, "write to constant memory (" + allocation.name() + ")", null);
    }

    static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }

    private static String access(int size, long at, boolean write) {
        return (write ? "write of " : "read of ") + size + " bytes at " + hex(at);
    }
}
