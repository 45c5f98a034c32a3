package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.SystemCall;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.Warp;
import dev.clipjet.ptx.report.FindingKind;

/** A call of {@code __assertfail(message, file, line, function, bytes of a character)}: the launch ends. */
final class FailedAssertion extends Step {
    private final SystemCall call;

    FailedAssertion(SystemCall call) {
        this.call = call;
    }

    @Override
    public void run(Warp warp, int mask) {
        int lane = Integer.numberOfTrailingZeros(mask);
        CallArguments arguments = new CallArguments(warp, this, lane);
        String message = text(arguments, 0);
        String file = text(arguments, 1);
        int line = arguments.narrow(call.arguments()[2], "an argument of __assertfail");
        String function = text(arguments, 3);
        warp.report(
                FindingKind.TRAP,
                this,
                lane,
                "assertion failed: " + message + ", at " + file + ":" + Integer.toUnsignedString(line) + " in "
                        + function,
                null);
    }

    private String text(CallArguments arguments, int index) {
        String what = "an argument of __assertfail";
        return arguments.string(arguments.wide(call.arguments()[index], what), what);
    }
}
