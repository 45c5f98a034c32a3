package dev.clipjet.convert;

import dev.clipjet.weights.torch.TorchWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Weights as a state dict that torch reads. */
record TorchWeights(String name, List<PlannedTensor> tensors) implements WeightFile {
    TorchWeights {
        tensors = List.copyOf(tensors);
    }

    @Override
    public void write(Path directory, TensorPump pump) throws IOException {
        try (TorchWriter writer = TorchWriter.create(
                directory.resolve(name),
                tensors.stream().map(PlannedTensor::declaration).toList())) {
            for (PlannedTensor tensor : tensors) {
                pump.move(tensor, (offset, data) -> writer.write(tensor.name(), offset, data));
            }
            writer.finish();
        }
    }

    /** The writer names a file when it is complete. */
    @Override
    public boolean isComplete(Path directory) {
        return Files.exists(directory.resolve(name));
    }
}
