package dev.clipjet.ptx.report;

import dev.clipjet.device.Dim3;

/**
 * Where a thread stood.
 *
 * @param line line of the PTX text
 * @param source {@code file:line} of the source that {@code .loc} names, or empty
 * @param instruction the instruction as written
 * @param blockX block in the grid
 * @param blockY block in the grid
 * @param blockZ block in the grid
 * @param thread linear index of the thread in its block
 * @param blockShape threads of a block, to name the thread in three dimensions
 */
public record Place(
        int line, String source, String instruction, int blockX, int blockY, int blockZ, int thread, Dim3 blockShape) {
    @Override
    public String toString() {
        int x = thread % blockShape.x();
        int y = thread / blockShape.x() % blockShape.y();
        int z = thread / (blockShape.x() * blockShape.y());
        return "line " + line + (source.isEmpty() ? "" : " (" + source + ")") + ", block (" + blockX + "," + blockY
                + ","
                + blockZ + "), thread (" + x + "," + y + "," + z + "), warp " + thread / 32 + " lane " + thread % 32
                + ": " + instruction;
    }
}
