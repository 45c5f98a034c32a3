package dev.clipjet.ptx.tool;

import dev.clipjet.device.LaunchShape;
import dev.clipjet.ptx.syntax.Function;
import dev.clipjet.ptx.syntax.PtxModule;
import java.util.List;

/**
 * A launch that somebody asked for.
 *
 * @param file the PTX file
 * @param module what it says
 * @param entry the kernel
 * @param shape grid, block, cluster, dynamic shared memory
 * @param arguments one for each parameter
 * @param workers threads that run blocks
 * @param limit warp instructions after which the launch is ended
 * @param sources the sources that the PTX was compiled from
 */
record Request(
        PtxFile file,
        PtxModule module,
        Function entry,
        LaunchShape shape,
        List<Argument> arguments,
        int workers,
        long limit,
        SourceLines sources) {
    /** The launch in words. */
    String title(Gpu gpu) {
        return file.name() + ": " + entry.name() + ", grid " + shape.grid() + ", block " + shape.block()
                + (shape.cluster().count() == 1 ? "" : ", cluster " + shape.cluster())
                + (shape.dynamicSharedBytes() == 0 ? "" : ", " + shape.dynamicSharedBytes() + " bytes shared")
                + (shape.cooperative() ? ", cooperative" : "") + ", " + gpu;
    }
}
