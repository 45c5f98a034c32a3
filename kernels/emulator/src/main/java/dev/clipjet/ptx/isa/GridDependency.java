package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.Decoder;
import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.Warp;
import java.util.Map;

/**
 * {@code griddepcontrol}. Grids run one after the other, so {@code wait} never blocks and {@code launch_dependents} starts nothing:
 * they decide what is ordered. Neither changes anything for a grid that was launched in the ordinary way.
 */
final class GridDependency {
    private GridDependency() {}

    static void register(Map<String, Decoder> decoders) {
        decoders.put("griddepcontrol", GridDependency::decode);
    }

    private static Step decode(InstructionReader in) {
        in.needsTarget(90);
        String action = in.takeAny("launch_dependents", "wait");
        if (action == null) {
            throw in.error("griddepcontrol takes .launch_dependents or .wait");
        }
        in.expect(0);
        boolean launches = action.equals("launch_dependents");
        in.controlsDependents(launches);
        return launches ? new LaunchDependents() : new Wait();
    }

    private static final class LaunchDependents extends Step {
        @Override
        public void run(Warp warp, int mask) {
            warp.block().triggers().launch(warp.clock(), mask);
        }
    }

    private static final class Wait extends Step {
        @Override
        public void run(Warp warp, int mask) {
            warp.block().triggers().await(warp.clock(), mask);
        }
    }
}
