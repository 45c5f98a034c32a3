package dev.clipjet.convert;

import dev.clipjet.numeric.ElementType;
import java.util.List;

/**
 * What a conversion did.
 *
 * @param source the model
 * @param destination what was written
 * @param format as what
 * @param leftovers what an earlier run that did not finish had left
 * @param tensors every tensor of the result
 * @param dropped every tensor of the source that the result lacks
 * @param files every file of the result
 * @param notes what the user should know
 */
public record ConversionReport(
        String source,
        String destination,
        TargetFormat format,
        Leftovers leftovers,
        List<Mapped> tensors,
        List<Dropped> dropped,
        List<Written> files,
        List<String> notes) {

    public ConversionReport {
        tensors = List.copyOf(tensors);
        dropped = List.copyOf(dropped);
        files = List.copyOf(files);
        notes = List.copyOf(notes);
    }

    /** What became of an earlier run that did not finish. */
    public enum Leftovers {
        /** There was none. */
        NONE,
        /** It was the same conversion: files that it had finished were kept, the rest was written. */
        RESUMED,
        /** It was another conversion: all of it was removed. */
        CLEANED
    }

    /**
     * A tensor of the result.
     *
     * @param name name in the result
     * @param shape shape in the result
     * @param from names in the source; empty for numbers that come from the configuration
     * @param fromType type in the source
     * @param type type in the result
     * @param change what happened besides a change of type: split, fused, or where a number comes from; may be empty
     * @param overflowed finite values that became infinite because the new type does not reach that far; -1 if an earlier
     *     run wrote the tensor
     */
    public record Mapped(
            String name,
            List<Long> shape,
            List<String> from,
            ElementType fromType,
            ElementType type,
            String change,
            long overflowed) {
        public Mapped {
            shape = List.copyOf(shape);
            from = List.copyOf(from);
        }
    }

    /**
     * A file of the result.
     *
     * @param kept whether an earlier run had finished it
     */
    public record Written(String name, long bytes, boolean kept) {}

    /** Whether a type was changed to one that holds fewer values. */
    public boolean rounded() {
        return tensors.stream()
                .anyMatch(tensor -> tensor.type() != tensor.fromType() && tensor.type() != ElementType.F32);
    }

    /** Finite values that became infinite, in all tensors that this run wrote. */
    public long overflowed() {
        return tensors.stream()
                .mapToLong(tensor -> Math.max(0, tensor.overflowed()))
                .sum();
    }
}
