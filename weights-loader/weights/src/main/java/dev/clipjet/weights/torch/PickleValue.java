package dev.clipjet.weights.torch;

import dev.clipjet.numeric.ElementType;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A value of a pickle. Values may be shared and lists, dictionaries and objects may contain themselves, so whoever walks
 * them needs a bound. The containers have no {@code toString} or {@code equals} of their own for that reason.
 */
public sealed interface PickleValue {
    /** What the value is, for messages: {@code a tuple}, {@code a tensor}. */
    String description();

    /** Values without content. */
    enum Constant implements PickleValue {
        NONE,
        TRUE,
        FALSE;

        @Override
        public String description() {
            return this == NONE ? "None" : "a boolean";
        }
    }

    /** An integer of at most 64 bits. */
    record Int(long value) implements PickleValue {
        @Override
        public String description() {
            return "an integer";
        }
    }

    /** An integer of more than 64 bits. */
    record BigInt(BigInteger value) implements PickleValue {
        @Override
        public String description() {
            return "an integer of more than 64 bits";
        }
    }

    /** A floating-point number. */
    record Real(double value) implements PickleValue {
        @Override
        public String description() {
            return "a number";
        }
    }

    /** A string. */
    record Text(String value) implements PickleValue {
        @Override
        public String description() {
            return "a string";
        }
    }

    /** A tuple, or a list, which can grow while the pickle is read. */
    final class Sequence implements PickleValue {
        static final Sequence EMPTY_TUPLE = new Sequence(true, List.of(), 1);

        private final boolean tuple;
        private final int depth;
        private List<PickleValue> items;

        private Sequence(boolean tuple, List<PickleValue> items, int depth) {
            this.tuple = tuple;
            this.items = items;
            this.depth = depth;
        }

        static Sequence tuple(List<PickleValue> items, int depth) {
            return new Sequence(true, items, depth);
        }

        static Sequence list() {
            return new Sequence(false, List.of(), 1);
        }

        void add(PickleValue value) {
            if (items.isEmpty()) {
                items = new ArrayList<>(2);
            }
            items.add(value);
        }

        /** Levels of tuples, this one included. */
        int depth() {
            return depth;
        }

        /** True for a tuple, false for a list. */
        public boolean isTuple() {
            return tuple;
        }

        /** The elements. */
        public List<PickleValue> items() {
            return Collections.unmodifiableList(items);
        }

        @Override
        public String description() {
            return tuple ? "a tuple" : "a list";
        }
    }

    /** A dictionary, ordered or not; insertion order is kept. */
    final class Dict implements PickleValue {
        private Map<Object, PickleValue> entries = Map.of();

        /** Returns false if the key was there. */
        boolean put(Object key, PickleValue value) {
            if (entries.isEmpty()) {
                entries = new LinkedHashMap<>(4);
            }
            return entries.put(key, value) == null;
        }

        /** The entries; a key is a {@code String} or a {@code Long}. */
        public Map<Object, PickleValue> entries() {
            return Collections.unmodifiableMap(entries);
        }

        /** The value of a key, or null. */
        public PickleValue get(String key) {
            return entries.get(key);
        }

        @Override
        public String description() {
            return "a dictionary";
        }
    }

    /** An object of a TorchScript class: nothing but its attributes. */
    final class Module implements PickleValue {
        private final String className;
        private Dict attributes;

        Module(String className) {
            this.className = className;
        }

        /** Returns false if the attributes were set before. */
        boolean set(Dict values) {
            boolean first = attributes == null;
            attributes = values;
            return first;
        }

        /** Name of the class, {@code __torch__} included. */
        public String className() {
            return className;
        }

        /** Parameters, buffers, submodules and whatever else the module holds. */
        public Dict attributes() {
            return attributes == null ? new Dict() : attributes;
        }

        @Override
        public String description() {
            return "a module";
        }
    }

    /**
     * A run of elements that tensors are views of.
     *
     * @param key name within the file
     * @param dtype type of its elements
     * @param elements number of elements
     * @param device where it was when it was saved, such as {@code cpu} or {@code cuda:0}; of no consequence
     */
    record Storage(String key, ElementType dtype, long elements, String device) implements PickleValue {
        /** Size of the data; the number of elements was checked so that this cannot overflow. */
        public long bytes() {
            return elements * dtype.bytes();
        }

        @Override
        public String description() {
            return "a storage";
        }
    }

    /**
     * A tensor: a view of a storage that was checked to lie inside it.
     *
     * @param storage where its elements are
     * @param offset index of its first element in the storage
     * @param shape sizes, outermost first
     * @param strides distance in elements between neighbors of each dimension
     */
    record Tensor(Storage storage, long offset, List<Long> shape, List<Long> strides) implements PickleValue {
        /** Type of the elements. */
        public ElementType dtype() {
            return storage.dtype();
        }

        /** Number of elements; was checked not to overflow. */
        public long elements() {
            long product = 1;
            for (long size : shape) {
                product *= size;
            }
            return product;
        }

        /** True if the elements lie in row-major order without gaps. */
        public boolean isContiguous() {
            long expected = 1;
            for (int i = shape.size() - 1; i >= 0; i--) {
                if (shape.get(i) != 1 && strides.get(i) != expected) {
                    return elements() == 0;
                }
                expected *= shape.get(i);
            }
            return true;
        }

        @Override
        public String description() {
            return "a tensor";
        }
    }

    /** A name from the allow-list: a class, a function or a constant of Python. */
    record Global(String name) implements PickleValue {
        @Override
        public String description() {
            return "the name " + name;
        }
    }
}
