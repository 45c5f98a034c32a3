package dev.clipjet.convert;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.weights.safetensors.SafetensorsFile;
import dev.clipjet.weights.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Weights as a safetensors file. */
record SafetensorsWeights(String name, List<PlannedTensor> tensors) implements WeightFile {
    /** Without it, transformers refuses a file. */
    private static final Map<String, String> METADATA = Map.of("format", "pt");

    SafetensorsWeights {
        tensors = List.copyOf(tensors);
    }

    @Override
    public void write(Path directory, TensorPump pump) throws IOException {
        List<SafetensorsWriter.Declaration> declarations =
                tensors.stream().map(PlannedTensor::declaration).toList();
        try (SafetensorsWriter writer = SafetensorsWriter.create(directory.resolve(name), METADATA, declarations)) {
            for (PlannedTensor tensor : tensors) {
                pump.move(tensor, (offset, data) -> writer.write(tensor.name(), offset, data));
            }
            writer.finish();
        }
    }

    @Override
    public boolean isComplete(Path directory) {
        Path file = directory.resolve(name);
        if (!Files.exists(file)) {
            return false;
        }
        try (SafetensorsFile written = SafetensorsFile.open(file)) {
            Set<SafetensorsWriter.Declaration> found = written.tensors().stream()
                    .map(tensor -> new SafetensorsWriter.Declaration(tensor.name(), tensor.dtype(), tensor.shape()))
                    .collect(Collectors.toSet());
            return found.equals(tensors.stream().map(PlannedTensor::declaration).collect(Collectors.toSet()));
        } catch (ModelFormatException e) {
            return false;
        }
    }
}
