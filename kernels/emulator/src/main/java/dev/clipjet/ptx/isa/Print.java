package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.SystemCall;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.Warp;

/**
 * A call of {@code vprintf(format, arguments)}. Its result is the number of arguments, or -1 without a format (CUDA C++ Programming
 * Guide, formatted output). The arguments lie one behind the other, each a multiple of its size from the start.
 */
final class Print extends Step {
    private final SystemCall call;

    Print(SystemCall call) {
        this.call = call;
    }

    @Override
    public void run(Warp warp, int mask) {
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            CallArguments arguments = new CallArguments(warp, this, lane);
            String format = arguments.string(
                    arguments.wide(call.arguments()[0], "the format of printf"), "the format of printf");
            int count = -1;
            if (format != null) {
                PrintFormat text =
                        new PrintFormat(arguments, arguments.wide(call.arguments()[1], "the arguments of printf"));
                warp.block().launch().printed().add(warp.block().linearIndex(), text.print(format));
                warp.block().progress().change();
                count = text.count();
            }
            if (call.result() >= 0) {
                int at = lane * warp.code().localBytes() + call.result();
                Memory.INT.set(warp.local, at, count);
                warp.localWritten.set(at, 4);
            }
        }
    }
}
