package dev.clipjet.weights.torch;

import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.weights.file.ByteRange;
import dev.clipjet.weights.file.ByteSource;
import dev.clipjet.weights.torch.PickleValue.Storage;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** {@code torch.save} since 1.6, and TorchScript: an archive with {@code data.pkl} and one entry for each storage. */
final class ZipContainer implements Container {
    private static final String PICKLE = "/data.pkl";
    private static final int MAX_BYTE_ORDER_BYTES = 16;

    private final ZipArchive archive;
    private final String folder;
    private final PickleValue root;
    private final long pickleBytes;

    private ZipContainer(ByteSource file, ZipArchive archive) {
        this.archive = archive;
        this.folder = folder(file);
        checkByteOrder();
        ZipEntryRecord pickle = archive.entries().get(folder + PICKLE);
        if (pickle.size() > MAX_PICKLE_BYTES) {
            throw archive.error(Kind.LIMIT, pickle.name(), "has " + pickle.size() + " bytes, no model has that");
        }
        this.pickleBytes = pickle.size();
        PickleStream stream = new PickleStream(
                file.path(), pickle.name(), 0, archive.content(pickle).copy());
        TensorFactory tensors = new TensorFactory(stream, file.size(), storage -> check(stream, storage));
        this.root = new PickleInterpreter(stream, tensors).read();
    }

    static ZipContainer read(ByteSource file) {
        return new ZipContainer(file, ZipArchive.read(file));
    }

    private String folder(ByteSource file) {
        List<String> pickles = archive.entries().keySet().stream()
                .filter(name -> name.endsWith(PICKLE) && name.indexOf('/') == name.length() - PICKLE.length())
                .toList();
        if (pickles.size() != 1) {
            throw archive.error(
                    Kind.MALFORMED,
                    pickles.isEmpty() ? "byte " + file.size() : pickles.get(1),
                    pickles.isEmpty()
                            ? "is a zip archive without data.pkl, so torch did not write it"
                            : "is a second data.pkl beside " + pickles.get(0));
        }
        return pickles.get(0).substring(0, pickles.get(0).length() - PICKLE.length());
    }

    private void checkByteOrder() {
        ZipEntryRecord entry = archive.entries().get(folder + "/byteorder");
        if (entry == null) {
            return;
        }
        if (entry.size() > MAX_BYTE_ORDER_BYTES) {
            throw archive.error(Kind.MALFORMED, entry.name(), "has " + entry.size() + " bytes, expected \"little\"");
        }
        String order =
                StandardCharsets.US_ASCII.decode(archive.content(entry).copy()).toString();
        if (!order.equals("little")) {
            throw archive.error(
                    Kind.UNSUPPORTED, entry.name(), "is \"" + order + "\"; only little-endian files are supported");
        }
    }

    private String entryOf(Storage storage) {
        return folder + "/data/" + storage.key();
    }

    private void check(PickleStream stream, Storage storage) {
        String key = storage.key();
        if (key.isEmpty() || !key.chars().allMatch(c -> c < 0x80 && (Character.isLetterOrDigit(c) || c == '_'))) {
            throw stream.error(Kind.MALFORMED, "the storage key \"" + shortened(key) + "\" is no name of an entry");
        }
        ZipEntryRecord entry = archive.entries().get(entryOf(storage));
        if (entry == null) {
            throw stream.error(Kind.MALFORMED, "the storage " + shortened(entryOf(storage)) + " is not in the archive");
        }
        if (!entry.isStored()) {
            archive.content(entry);
        }
        if (entry.size() != storage.bytes()) {
            throw stream.error(
                    Kind.OUT_OF_BOUNDS,
                    "the storage " + entry.name() + " is said to have " + storage.elements() + " elements of "
                            + storage.dtype() + ", and has " + entry.size() + " bytes");
        }
    }

    private static String shortened(String text) {
        return text.length() <= 120 ? text : text.substring(0, 117) + "...";
    }

    @Override
    public TorchCheckpoint.Format format() {
        return archive.entries().containsKey(folder + "/constants.pkl")
                ? TorchCheckpoint.Format.TORCHSCRIPT
                : TorchCheckpoint.Format.ZIP;
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
        return archive.content(archive.entries().get(entryOf(storage)));
    }
}
