package dev.clipjet.weights.torch;

import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.torch.PickleValue.Global;
import dev.clipjet.weights.torch.PickleValue.Int;
import dev.clipjet.weights.torch.PickleValue.Sequence;
import dev.clipjet.weights.torch.PickleValue.Storage;
import dev.clipjet.weights.torch.PickleValue.Tensor;
import dev.clipjet.weights.torch.PickleValue.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Makes storages and tensors of what a pickle says about them, and checks that they can exist. */
final class TensorFactory {
    /** Weights have at most five dimensions. */
    private static final int MAX_RANK = 8;

    /** Ten times what the largest known model has. */
    private static final int MAX_TENSORS = 100_000;

    private final PickleStream stream;
    private final long fileBytes;
    private final Consumer<Storage> onStorage;
    private int tensors;

    /**
     * @param stream for errors
     * @param fileBytes size of the file; no tensor takes more
     * @param onStorage checks that a storage is in the file; throws what {@link PickleStream#error} makes
     */
    TensorFactory(PickleStream stream, long fileBytes, Consumer<Storage> onStorage) {
        this.stream = stream;
        this.fileBytes = fileBytes;
        this.onStorage = onStorage;
    }

    /** A storage from its persistent id: {@code ("storage", type, key, device, elements)}. */
    Storage storage(PickleValue id) {
        if (!(id instanceof Sequence tuple)
                || !tuple.isTuple()
                || tuple.items().isEmpty()
                || !(tuple.items().get(0) instanceof Text kind)
                || !kind.value().equals("storage")) {
            throw stream.error(
                    Kind.MALFORMED,
                    "a persistent id is not (\"storage\", type, key, device, elements): " + id.description());
        }
        List<PickleValue> items = tuple.items();
        // The sixth item, of old files, describes a view; None says that there is none.
        boolean sixth = items.size() == 6;
        if (items.size() != 5 && !sixth) {
            throw stream.error(Kind.MALFORMED, "a storage has " + items.size() + " parts, expected 5");
        }
        if (sixth && items.get(5) != PickleValue.Constant.NONE) {
            throw stream.error(Kind.UNSUPPORTED, "storages that are views of others are not supported");
        }
        ElementType dtype = items.get(1) instanceof Global type ? AllowedGlobals.storageType(type.name()) : null;
        if (dtype == null) {
            throw stream.error(
                    Kind.MALFORMED,
                    "the type of a storage is " + items.get(1).description() + ", expected a storage class of torch");
        }
        if (!(items.get(2) instanceof Text key) || !(items.get(3) instanceof Text device)) {
            throw stream.error(Kind.MALFORMED, "key and device of a storage must be strings");
        }
        long elements = size(items.get(4), "the number of elements of a storage");
        if (elements > Long.MAX_VALUE / Long.BYTES) {
            throw stream.error(Kind.OUT_OF_BOUNDS, "a storage of " + elements + " elements is not in the file");
        }
        Storage storage = new Storage(key.value(), dtype, elements, device.value());
        onStorage.accept(storage);
        return storage;
    }

    /** A tensor from the arguments of {@code _rebuild_tensor(_v2)}: storage, offset, shape, strides and what is ignored. */
    Tensor tensor(List<PickleValue> arguments) {
        if (arguments.size() < 4 || !(arguments.get(0) instanceof Storage storage)) {
            throw stream.error(Kind.MALFORMED, "a tensor needs a storage, an offset, sizes and strides");
        }
        if (++tensors > MAX_TENSORS) {
            throw stream.error(Kind.LIMIT, "more than the " + MAX_TENSORS + " tensors that are allowed");
        }
        long offset = size(arguments.get(1), "the offset of a tensor");
        List<Long> shape = sizes(arguments.get(2), "a size of a tensor");
        List<Long> strides = sizes(arguments.get(3), "a stride of a tensor");
        if (shape.size() != strides.size()) {
            throw stream.error(
                    Kind.MALFORMED, "a tensor has " + shape.size() + " sizes and " + strides.size() + " strides");
        }
        checkExtent(storage, offset, shape, strides);
        return new Tensor(storage, offset, shape, strides);
    }

    private void checkExtent(Storage storage, long offset, List<Long> shape, List<Long> strides) {
        long most = fileBytes / storage.dtype().bytes();
        long elements = 1;
        for (long size : shape) {
            if (size == 0) {
                continue;
            }
            if (size > most / elements) {
                throw stream.error(
                        Kind.LIMIT,
                        "a tensor of shape " + shape + " takes more bytes than the " + fileBytes + " of the file");
            }
            elements *= size;
        }
        if (shape.contains(0L)) {
            if (offset > storage.elements()) {
                throw stream.error(
                        Kind.OUT_OF_BOUNDS,
                        "an empty tensor begins at element " + offset + " of " + storage.elements());
            }
            return;
        }
        long room = storage.elements() - 1 - offset;
        for (int i = 0; i < shape.size() && room >= 0; i++) {
            long steps = shape.get(i) - 1;
            room = steps > 0 && strides.get(i) > room / steps ? -1 : room - steps * strides.get(i);
        }
        if (room < 0) {
            throw stream.error(
                    Kind.OUT_OF_BOUNDS,
                    "a tensor of shape " + shape + " with strides " + strides + " at offset " + offset
                            + " reaches outside its storage of " + storage.elements() + " elements");
        }
    }

    private List<Long> sizes(PickleValue value, String what) {
        if (!(value instanceof Sequence sequence)) {
            throw stream.error(Kind.MALFORMED, what + " is in " + value.description() + ", expected a tuple");
        }
        if (sequence.items().size() > MAX_RANK) {
            throw stream.error(
                    Kind.LIMIT, "a tensor of " + sequence.items().size() + " dimensions, at most " + MAX_RANK);
        }
        List<Long> sizes = new ArrayList<>(sequence.items().size());
        for (PickleValue item : sequence.items()) {
            sizes.add(size(item, what));
        }
        return List.copyOf(sizes);
    }

    private long size(PickleValue value, String what) {
        if (!(value instanceof Int number)) {
            throw stream.error(Kind.MALFORMED, what + " is " + value.description() + ", expected an integer");
        }
        if (number.value() < 0) {
            throw stream.error(Kind.MALFORMED, what + " is " + number.value() + ", less than zero");
        }
        return number.value();
    }
}
