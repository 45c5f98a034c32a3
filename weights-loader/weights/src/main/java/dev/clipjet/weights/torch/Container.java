package dev.clipjet.weights.torch;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.weights.file.ByteRange;
import dev.clipjet.weights.file.ByteSource;
import dev.clipjet.weights.torch.PickleValue.Storage;

/** A file opened as one of torch's containers: its object graph, and where the storages are. */
interface Container {
    /** Which container it is. */
    TorchCheckpoint.Format format();

    /** The object that was saved. */
    PickleValue root();

    /** Bytes of the pickle that {@link #root} was read from. */
    long pickleBytes();

    /** Where the bytes of a storage are. */
    ByteRange content(Storage storage);

    /** The whole object graph is a few hundred bytes a tensor; larger ones are not models. */
    int MAX_PICKLE_BYTES = 16 << 20;

    /** Opens a file by what it begins with. */
    static Container read(ByteSource file) {
        if (ZipArchive.isZip(file)) {
            return ZipContainer.read(file);
        }
        if (LegacyFile.beginsLikeOne(file)) {
            return LegacyFile.read(file);
        }
        throw new ModelFormatException(
                Kind.MALFORMED,
                file.path(),
                "byte 0",
                "is neither a zip archive nor a pickle, so torch did not write it");
    }
}
