package dev.clipjet.ptx.decode;

import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.Warp;

/** Stands behind a call and fetches its results. */
final class CallResults extends Step {
    private final CallSite call;

    CallResults(CallSite call) {
        this.call = call;
    }

    @Override
    public void run(Warp warp, int mask) {
        for (CallSite.Move move : call.results()) {
            move.run(warp, mask);
        }
    }
}
