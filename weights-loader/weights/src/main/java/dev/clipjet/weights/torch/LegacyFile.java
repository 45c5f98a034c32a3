package dev.clipjet.weights.torch;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.weights.file.ByteRange;
import dev.clipjet.weights.file.ByteSource;
import dev.clipjet.weights.torch.PickleValue.BigInt;
import dev.clipjet.weights.torch.PickleValue.Constant;
import dev.clipjet.weights.torch.PickleValue.Dict;
import dev.clipjet.weights.torch.PickleValue.Int;
import dev.clipjet.weights.torch.PickleValue.Sequence;
import dev.clipjet.weights.torch.PickleValue.Storage;
import dev.clipjet.weights.torch.PickleValue.Text;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * {@code torch.save} before 1.6: five pickles one after the other (a magic number, the protocol, facts about the system,
 * the object, the keys of its storages), then each storage as a 64-bit number of elements and its bytes.
 */
final class LegacyFile implements Container {
    private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
    private static final long PROTOCOL = 1001;

    /** The opcode that says which version of the pickle format follows. */
    private static final int PICKLE_START = 0x80;

    private final ByteSource file;
    private final Map<String, Storage> storages = new HashMap<>();
    private final Map<String, Long> positions = new HashMap<>();
    private final PickleValue root;
    private final long pickleBytes;
    private long position;
    private ByteBuffer buffered;
    private long bufferedAt;

    private LegacyFile(ByteSource file) {
        this.file = file;
        if (!(next(storage -> {}) instanceof BigInt magic) || !magic.value().equals(MAGIC)) {
            throw error(Kind.MALFORMED, 0, "is a pickle, but not one that torch.save wrote: no magic number");
        }
        long at = position;
        if (!(next(storage -> {}) instanceof Int protocol) || protocol.value() != PROTOCOL) {
            throw error(Kind.UNSUPPORTED, at, "is not of protocol " + PROTOCOL);
        }
        at = position;
        if (!(next(storage -> {}) instanceof Dict system) || system.get("little_endian") != Constant.TRUE) {
            throw error(Kind.UNSUPPORTED, at, "was not written by a little-endian machine");
        }
        at = position;
        this.root = next(null);
        this.pickleBytes = position - at;
        readStorages();
    }

    static boolean beginsLikeOne(ByteSource file) {
        return file.size() > 0 && (file.read(0, 1).get(0) & 0xff) == PICKLE_START;
    }

    static LegacyFile read(ByteSource file) {
        return new LegacyFile(file);
    }

    /** Reads the pickle at the current position; without a consumer its storages count. */
    private PickleValue next(Consumer<Storage> onStorage) {
        PickleStream stream = new PickleStream(file.path(), "", position, window());
        Consumer<Storage> consumer = onStorage != null ? onStorage : storage -> declare(stream, storage);
        PickleValue value = new PickleInterpreter(stream, new TensorFactory(stream, file.size(), consumer)).read();
        position += stream.position();
        return value;
    }

    /** What is left of the file, but no more than a pickle may have. Small pickles come one after the other from one read. */
    private ByteBuffer window() {
        int most = (int) Math.min(file.size() - position, MAX_PICKLE_BYTES);
        if (buffered == null || position + most > bufferedAt + buffered.capacity()) {
            bufferedAt = position;
            buffered = file.read(position, (int) Math.min(file.size() - position, 2L * MAX_PICKLE_BYTES));
        }
        return buffered.slice((int) (position - bufferedAt), most);
    }

    private void declare(PickleStream stream, Storage storage) {
        Storage other = storages.putIfAbsent(storage.key(), storage);
        if (other != null && (other.dtype() != storage.dtype() || other.elements() != storage.elements())) {
            throw stream.error(Kind.MALFORMED, "the storage \"" + storage.key() + "\" is described in two ways");
        }
    }

    private void readStorages() {
        long keysAt = position;
        if (!(next(storage -> {}) instanceof Sequence keys)) {
            throw error(Kind.MALFORMED, keysAt, "the keys of the storages are not a list");
        }
        buffered = null;
        for (PickleValue key : keys.items()) {
            Storage storage = key instanceof Text text ? storages.get(text.value()) : null;
            if (storage == null) {
                throw error(Kind.MALFORMED, keysAt, "names a storage that no tensor uses");
            }
            locate(storage);
        }
        for (String key : storages.keySet()) {
            if (!positions.containsKey(key)) {
                throw error(Kind.MALFORMED, keysAt, "the storage \"" + key + "\" is not in the file");
            }
        }
        if (position != file.size()) {
            throw error(
                    Kind.MALFORMED, position, "the last storage ends here, but the file has " + file.size() + " bytes");
        }
    }

    private void locate(Storage storage) {
        String what = "the storage \"" + storage.key() + "\"";
        long left = file.size() - position - Long.BYTES;
        if (left < 0) {
            throw error(Kind.TRUNCATED, position, what + " is not in the file");
        }
        long elements = file.read(position, Long.BYTES).getLong(0);
        if (elements < 0) {
            throw error(Kind.MALFORMED, position, what + " announces " + elements + " elements");
        }
        if (elements > left / storage.dtype().bytes()) {
            throw error(
                    Kind.TRUNCATED,
                    position,
                    what + " announces " + elements + " elements, " + left + " bytes are left");
        }
        if (elements != storage.elements()) {
            throw error(
                    Kind.OUT_OF_BOUNDS,
                    position,
                    what + " has " + elements + " elements, the tensors expect " + storage.elements());
        }
        if (positions.put(storage.key(), position + Long.BYTES) != null) {
            throw error(Kind.MALFORMED, position, what + " occurs twice");
        }
        position += Long.BYTES + storage.bytes();
    }

    private ModelFormatException error(Kind kind, long at, String problem) {
        return new ModelFormatException(kind, file.path(), "byte " + at, problem);
    }

    @Override
    public TorchCheckpoint.Format format() {
        return TorchCheckpoint.Format.LEGACY;
    }

    @Override
    public PickleValue root() {
        return root;
    }

    @Override
    public long pickleBytes() {
        return pickleBytes;
    }

    @Override
    public ByteRange content(Storage storage) {
        if (storage.bytes() > ByteRange.MAX_COPY_BYTES) {
            throw error(
                    Kind.UNSUPPORTED,
                    positions.get(storage.key()),
                    "a storage of " + storage.bytes() + " bytes, at most " + ByteRange.MAX_COPY_BYTES
                            + " are supported");
        }
        return new ByteRange(file, positions.get(storage.key()), storage.bytes());
    }
}
