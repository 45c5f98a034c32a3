package dev.clipjet.weights;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.weights.json.JsonFile;
import dev.clipjet.weights.json.JsonObject;
import dev.clipjet.weights.safetensors.SafetensorsFile;
import dev.clipjet.weights.torch.TorchCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The weights of a model directory in Hugging Face's layout: one file, or several with an index. Files are safetensors, or
 * torch's own where there are no safetensors.
 */
final class WeightFiles implements AutoCloseable {
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    private static final String TORCH_SINGLE = "pytorch_model.bin";
    private static final String TORCH_INDEX = "pytorch_model.bin.index.json";
    private static final String SAFETENSORS_SUFFIX = ".safetensors";
    private static final long MAX_INDEX_BYTES = 16 << 20;

    private final Path described;
    private final List<OpenFile> files;
    private final Map<String, StoredTensor> tensors;
    private final Map<String, Path> origins;

    /** One open file: its tensors, and what unmaps it. */
    private record OpenFile(Collection<StoredTensor> tensors, Runnable close) {
        static OpenFile of(Path path) {
            if (path.getFileName().toString().endsWith(SAFETENSORS_SUFFIX)) {
                SafetensorsFile file = SafetensorsFile.open(path);
                return new OpenFile(file.tensors(), file::close);
            }
            TorchCheckpoint file = TorchCheckpoint.open(path);
            return new OpenFile(file.tensors().values(), file::close);
        }
    }

    private WeightFiles(
            Path described, List<OpenFile> files, Map<String, StoredTensor> tensors, Map<String, Path> origins) {
        this.described = described;
        this.files = files;
        this.tensors = Collections.unmodifiableMap(tensors);
        this.origins = origins;
    }

    /**
     * Opens {@code model.safetensors}, the shards that {@code model.safetensors.index.json} names, {@code
     * pytorch_model.bin} or the shards of {@code pytorch_model.bin.index.json}: the first that is there.
     *
     * @throws ModelFormatException {@code MISSING} when none is there, and whatever is wrong with the files
     */
    static WeightFiles open(Path directory) {
        for (List<String> names : List.of(List.of(SINGLE, INDEX), List.of(TORCH_SINGLE, TORCH_INDEX))) {
            Path single = directory.resolve(names.get(0));
            if (Files.exists(single)) {
                return open(single, Map.of(names.get(0), single), Map.of());
            }
            Path index = directory.resolve(names.get(1));
            if (Files.exists(index)) {
                return openShards(directory, index);
            }
        }
        throw noWeights(directory);
    }

    private static WeightFiles openShards(Path directory, Path index) {
        JsonObject map = JsonFile.readObject(index, MAX_INDEX_BYTES).object("weight_map");
        Map<String, String> shardOf = new LinkedHashMap<>();
        Map<String, Path> shards = new LinkedHashMap<>();
        for (String tensor : map.keys()) {
            String shard = map.string(tensor);
            if (!isPlainName(shard)) {
                throw new ModelFormatException(
                        Kind.MALFORMED,
                        index,
                        "weight_map." + tensor,
                        "names the file \"" + shard + "\", expected the plain name of a file beside the index");
            }
            shardOf.put(tensor, shard);
            shards.computeIfAbsent(shard, name -> existing(directory.resolve(name), index));
        }
        if (shards.isEmpty()) {
            throw new ModelFormatException(Kind.MALFORMED, index, "weight_map", "names no tensor");
        }
        return open(index, shards, shardOf);
    }

    private static boolean isPlainName(String name) {
        return !name.isEmpty()
                && !name.equals(".")
                && !name.equals("..")
                && name.chars().noneMatch(c -> c == '/' || c == '\\' || c == ':' || c < ' ');
    }

    private static Path existing(Path shard, Path index) {
        if (!Files.isRegularFile(shard)) {
            throw new ModelFormatException(Kind.MISSING, shard, "", "no such file, but " + index + " names it");
        }
        return shard;
    }

    private static WeightFiles open(Path described, Map<String, Path> paths, Map<String, String> shardOf) {
        List<OpenFile> files = new ArrayList<>();
        boolean opened = false;
        try {
            Map<String, StoredTensor> tensors = new LinkedHashMap<>();
            Map<String, Path> origins = new LinkedHashMap<>();
            for (Path path : paths.values()) {
                OpenFile file = OpenFile.of(path);
                files.add(file);
                for (StoredTensor tensor : file.tensors()) {
                    Path other = origins.put(tensor.name(), path);
                    if (other != null) {
                        throw new ModelFormatException(
                                Kind.MALFORMED, path, "tensor \"" + tensor.name() + "\"", "is also in " + other);
                    }
                    tensors.put(tensor.name(), tensor);
                }
            }
            shardOf.forEach((tensor, shard) -> {
                Path expected = paths.get(shard);
                if (!expected.equals(origins.get(tensor))) {
                    throw new ModelFormatException(
                            Kind.MALFORMED,
                            expected,
                            "tensor \"" + tensor + "\"",
                            "is not in the file, but " + described + " says so");
                }
            });
            opened = true;
            return new WeightFiles(described, files, tensors, origins);
        } finally {
            if (!opened) {
                files.forEach(file -> file.close().run());
            }
        }
    }

    private static ModelFormatException noWeights(Path directory) {
        List<String> others = names(directory, ".*\\.(safetensors|bin|pt|pth|ckpt|h5|msgpack|onnx|gguf)");
        return new ModelFormatException(
                Kind.MISSING,
                directory,
                "",
                "has no weights: none of " + String.join(", ", SINGLE, INDEX, TORCH_SINGLE, TORCH_INDEX)
                        + (others.isEmpty() ? "" : ", only " + String.join(", ", others)));
    }

    private static List<String> names(Path directory, String pattern) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(path -> path.getFileName().toString())
                    .filter(name -> name.matches(pattern))
                    .sorted()
                    .limit(4)
                    .toList();
        } catch (IOException e) {
            throw new ModelFormatException(Kind.MISSING, directory, "", "cannot be read: " + e.getMessage(), e);
        }
    }

    /** The file that stands for all weights in errors: the single file, or the index. */
    Path described() {
        return described;
    }

    /** The file that a tensor lies in. */
    Path origin(String tensor) {
        return origins.get(tensor);
    }

    /** All tensors by name. */
    Map<String, StoredTensor> tensors() {
        return tensors;
    }

    @Override
    public void close() {
        files.forEach(file -> file.close().run());
    }
}
