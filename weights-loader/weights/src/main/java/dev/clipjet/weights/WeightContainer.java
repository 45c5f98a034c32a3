package dev.clipjet.weights;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.weights.safetensors.SafetensorsFile;
import dev.clipjet.weights.torch.TorchCheckpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * One weight file, open.
 *
 * @param path the file
 * @param format its format as reports name it
 * @param isArchive whether it is a TorchScript archive, the form in which OpenAI released its models
 * @param tensors its tensors, valid until it is closed
 * @param closer frees what the file holds
 */
record WeightContainer(Path path, String format, boolean isArchive, List<StoredTensor> tensors, Runnable closer)
        implements AutoCloseable {
    private static final List<String> PYTORCH = List.of(".bin", ".pt", ".pth", ".ckpt");

    /**
     * Opens a file, by the ending of its name.
     *
     * @throws ModelFormatException if it is not there, broken, or of an unknown kind
     */
    static WeightContainer open(Path path) {
        String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
        if (name.endsWith(".safetensors")) {
            SafetensorsFile file = SafetensorsFile.open(path);
            return new WeightContainer(path, "safetensors", false, file.tensors(), file::close);
        }
        if (PYTORCH.stream().anyMatch(name::endsWith)) {
            TorchCheckpoint file = TorchCheckpoint.open(path);
            return new WeightContainer(
                    path,
                    formatName(file.format()),
                    file.format() == TorchCheckpoint.Format.TORCHSCRIPT,
                    List.copyOf(file.tensors().values()),
                    file::close);
        }
        throw new ModelFormatException(
                Files.exists(path) ? Kind.UNSUPPORTED : Kind.MISSING,
                path,
                "",
                Files.exists(path)
                        ? "is no weight file: expected a name that ends in .safetensors, " + String.join(", ", PYTORCH)
                        : "no such file");
    }

    private static String formatName(TorchCheckpoint.Format format) {
        return switch (format) {
            case ZIP -> "PyTorch";
            case LEGACY -> "PyTorch, before 1.6";
            case TORCHSCRIPT -> "TorchScript archive";
        };
    }

    @Override
    public void close() {
        closer.run();
    }
}
