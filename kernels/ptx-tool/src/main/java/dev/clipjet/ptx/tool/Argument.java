package dev.clipjet.ptx.tool;

import java.nio.file.Path;
import java.util.Optional;

/** An argument of a launch, as the command line describes it. */
sealed interface Argument {
    /** How reports name it: as the command line does, or as the kernel names the parameter. */
    String name();

    /** What was written. */
    String written();

    /** A scalar or a structure, by value. */
    @SuppressWarnings("ArrayRecordComponent")
    record Value(String name, String written, byte[] bytes, int alignment) implements Argument {}

    /**
     * An array in global memory, of which the kernel gets the address.
     *
     * @param input whether it holds something before the launch
     * @param output whether it is shown after it
     * @param initial what it holds before the launch, null for memory that nobody wrote
     * @param file where that was read from
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Buffer(
            String name,
            String written,
            boolean input,
            boolean output,
            ElementFormat format,
            int count,
            byte[] initial,
            Optional<Path> file)
            implements Argument {
        int bytes() {
            return count * format.bytes();
        }

        /** Type and length: {@code f32[64]}. */
        String shape() {
            return format.label() + "[" + count + "]";
        }
    }

    /** The address of another argument's buffer, or of a place in it. */
    record Alias(String name, String written, String target, long offset) implements Argument {}
}
