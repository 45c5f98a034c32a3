package dev.clipjet.weights;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.json.JsonFile;
import dev.clipjet.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** The weights of a model: one file, or several with an index. */
final class WeightFiles implements AutoCloseable {
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    private static final String TORCH_SINGLE = "pytorch_model.bin";
    private static final String TORCH_INDEX = "pytorch_model.bin.index.json";
    private static final long MAX_INDEX_BYTES = 16 << 20;

    /** Levels that DistributedDataParallel and torch.compile put in front of names, outermost first. */
    private static final List<String> WRAPPERS = List.of("module.", "_orig_mod.");

    private final Path described;
    private final List<WeightContainer> files;
    private final Map<String, StoredTensor> tensors;
    private final Map<String, Path> origins;

    private WeightFiles(
            Path described, List<WeightContainer> files, Map<String, StoredTensor> tensors, Map<String, Path> origins) {
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

    /** Whether a directory has weights that {@link #open} would take. */
    static boolean isIn(Path directory) {
        return Stream.of(SINGLE, INDEX, TORCH_SINGLE, TORCH_INDEX)
                .anyMatch(name -> Files.exists(directory.resolve(name)));
    }

    /**
     * Opens one weight file. Where a training wrapper has put its name in front of all tensors ({@code module.},
     * {@code _orig_mod.}), it is taken off.
     *
     * @throws ModelFormatException whatever is wrong with the file
     */
    static WeightFiles openFile(Path file) {
        return open(file, Map.of(file.toString(), file), Map.of());
    }

    private static WeightFiles openShards(Path directory, Path index) {
        JsonObject map = JsonFile.readObject(index, MAX_INDEX_BYTES).object("weight_map");
        Map<String, String> shardOf = new LinkedHashMap<>();
        Map<String, Path> shards = new LinkedHashMap<>();
        for (String tensor : map.keys()) {
            String shard = map.string(tensor);
            Path path = plainName(directory, shard)
                    .orElseThrow(() -> new ModelFormatException(
                            Kind.MALFORMED,
                            index,
                            "weight_map." + tensor,
                            "names the file \"" + shard + "\", expected the plain name of a file beside the index"));
            shardOf.put(tensor, shard);
            shards.computeIfAbsent(shard, name -> existing(path, index));
        }
        if (shards.isEmpty()) {
            throw new ModelFormatException(Kind.MALFORMED, index, "weight_map", "names no tensor");
        }
        return open(index, shards, shardOf);
    }

    /** A file in a directory. Not every string can be its name: halves of surrogate pairs have no bytes. */
    private static Optional<Path> plainName(Path directory, String name) {
        boolean plain = !name.isEmpty()
                && !name.equals(".")
                && !name.equals("..")
                && name.chars().noneMatch(c -> c == '/' || c == '\\' || c == ':' || c < ' ');
        try {
            return plain ? Optional.of(directory.resolve(name)) : Optional.empty();
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    private static Path existing(Path shard, Path index) {
        if (!Files.isRegularFile(shard)) {
            throw new ModelFormatException(Kind.MISSING, shard, "", "no such file, but " + index + " names it");
        }
        return shard;
    }

    private static WeightFiles open(Path described, Map<String, Path> paths, Map<String, String> shardOf) {
        List<WeightContainer> files = new ArrayList<>();
        boolean opened = false;
        try {
            Map<String, StoredTensor> tensors = new LinkedHashMap<>();
            Map<String, Path> origins = new LinkedHashMap<>();
            for (Path path : paths.values()) {
                WeightContainer file = WeightContainer.open(path);
                files.add(file);
                for (StoredTensor stored : file.tensors()) {
                    StoredTensor tensor = unwrapped(stored);
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
                files.forEach(WeightContainer::close);
            }
        }
    }

    /** A tensor by its name within the model. */
    private static StoredTensor unwrapped(StoredTensor tensor) {
        String name = tensor.name();
        for (String wrapper : WRAPPERS) {
            if (name.startsWith(wrapper)) {
                name = name.substring(wrapper.length());
            }
        }
        return name.equals(tensor.name()) ? tensor : tensor.renamed(name);
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

    /** Format of the files, as reports name it. */
    String format() {
        return files.get(0).format() + (files.size() == 1 ? "" : ", " + files.size() + " files");
    }

    /** Whether the weights are a TorchScript archive. */
    boolean isArchive() {
        return files.get(0).isArchive();
    }

    /** Makes what owns these files from now on; they are closed if that fails. */
    <T> T handOver(Function<WeightFiles, T> owner) {
        boolean handedOver = false;
        try {
            T result = owner.apply(this);
            handedOver = true;
            return result;
        } finally {
            if (!handedOver) {
                close();
            }
        }
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
        files.forEach(WeightContainer::close);
    }
}
