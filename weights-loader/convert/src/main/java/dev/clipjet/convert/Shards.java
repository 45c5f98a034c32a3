package dev.clipjet.convert;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clipjet.weights.safetensors.SafetensorsWriter.Declaration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Weights split into files of bounded size, with the index by which transformers finds them. */
final class Shards {
    private Shards() {}

    /** Files with at most {@code most} bytes of tensors each; a larger tensor has one for itself. */
    static List<WeightFile> of(List<PlannedTensor> tensors, long most, String single) {
        List<List<PlannedTensor>> groups = new ArrayList<>();
        long bytes = most;
        for (PlannedTensor tensor : tensors) {
            Declaration declaration = tensor.declaration();
            if (bytes + declaration.bytes() > most) {
                groups.add(new ArrayList<>());
                bytes = 0;
            }
            groups.get(groups.size() - 1).add(tensor);
            bytes += declaration.bytes();
        }
        if (groups.size() == 1) {
            return List.of(new SafetensorsWeights(single, groups.get(0)));
        }
        List<WeightFile> files = new ArrayList<>();
        for (List<PlannedTensor> group : groups) {
            String name = String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", files.size() + 1, groups.size());
            files.add(new SafetensorsWeights(name, group));
        }
        return files;
    }

    static Plan.Description index(List<WeightFile> files) {
        ObjectNode index = JsonText.object();
        index.putObject("metadata")
                .put("total_size", files.stream().mapToLong(WeightFile::bytes).sum());
        ObjectNode map = index.putObject("weight_map");
        files.forEach(file -> file.tensors().forEach(tensor -> map.put(tensor.name(), file.name())));
        return JsonText.file("model.safetensors.index.json", index);
    }
}
