package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.exec.Space;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.Warp;
import dev.clipjet.ptx.report.FindingKind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What one lane passes to a function of the system: values in its local memory, and strings that they point to. */
final class CallArguments {
    /** Longer strings are cut, as they may have no end. */
    private static final int LONGEST = 4096;

    private final Warp warp;
    private final Step step;
    private final int lane;

    CallArguments(Warp warp, Step step, int lane) {
        this.warp = warp;
        this.step = step;
        this.lane = lane;
    }

    /** A 64-bit argument. */
    long wide(int place, String what) {
        return local(place, 8, what) ? (long) Memory.LONG.get(warp.local, base() + place) : 0;
    }

    /** A 32-bit argument. */
    int narrow(int place, String what) {
        return local(place, 4, what) ? (int) Memory.INT.get(warp.local, base() + place) : 0;
    }

    private int base() {
        return lane * warp.code().localBytes();
    }

    private boolean local(int place, int bytes, String what) {
        boolean written = warp.localWritten.all(base() + place, bytes);
        if (!written) {
            warp.report(FindingKind.UNDEFINED_VALUE, step, lane, "undefined value used as " + what, null);
        }
        return written;
    }

    /** The value of so many bytes at a generic address, as a number without sign. */
    long at(long address, int bytes, String what) {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value |= (byteAt(address + i, what) & 0xffL) << 8 * i;
        }
        return value;
    }

    /** The string at a generic address, up to the zero that ends it; {@code null} where it is null. */
    String string(long address, String what) {
        if (address == 0) {
            return null;
        }
        byte[] text = new byte[LONGEST];
        for (int i = 0; i < LONGEST; i++) {
            text[i] = byteAt(address + i, what);
            if (text[i] == 0) {
                return new String(Arrays.copyOf(text, i), StandardCharsets.UTF_8);
            }
        }
        return new String(text, StandardCharsets.UTF_8);
    }

    private byte byteAt(long address, String what) {
        warp.access.address[lane] = address;
        warp.access.read(warp, step, 1 << lane, Space.GENERIC, 1, 1);
        if (warp.access.undefinedLanes != 0) {
            warp.access.reportUndefined(what);
        }
        return warp.access.memory(lane)[warp.access.offset[lane]];
    }
}
