package dev.clipjet.convert;

import dev.clipjet.model.CanonicalName;
import dev.clipjet.model.ModelSpec;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.Checkpoint;
import dev.clipjet.weights.StoredTensor;
import dev.clipjet.weights.synth.SynthArchitecture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** A model to be written in another format: its description and its canonical tensors. */
public final class ModelSource {
    static final String LOGIT_SCALE = "logit_scale";
    static final String LOGIT_BIAS = "logit_bias";

    private static final Set<String> ARCHIVE_INTEGERS = Set.of("input_resolution", "context_length", "vocab_size");

    private final String name;
    private final ModelSpec spec;
    private final Map<CanonicalName, TensorContent> tensors;
    private final Map<String, Scalar> scalars;
    private final List<Dropped> dropped;
    private final Optional<Path> huggingFaceDirectory;
    private final List<Path> files;
    private final String identity;

    private ModelSource(
            String name,
            ModelSpec spec,
            Map<CanonicalName, TensorContent> tensors,
            Map<String, Scalar> scalars,
            List<Dropped> dropped,
            Optional<Path> huggingFaceDirectory,
            List<Path> files,
            String identity) {
        this.name = name;
        this.spec = spec;
        this.tensors = Collections.unmodifiableMap(tensors);
        this.scalars = Collections.unmodifiableMap(scalars);
        this.dropped = List.copyOf(dropped);
        this.huggingFaceDirectory = huggingFaceDirectory;
        this.files = List.copyOf(files);
        this.identity = identity;
    }

    /** A checkpoint, which must stay open while the source is in use. */
    public static ModelSource of(Checkpoint checkpoint) {
        Map<CanonicalName, TensorContent> tensors = new LinkedHashMap<>();
        checkpoint.canonicalTensors().forEach(tensor -> tensors.put(tensor.name(), new CheckpointContent(tensor)));
        Set<String> used = new HashSet<>(List.of(LOGIT_SCALE, LOGIT_BIAS));
        tensors.values().forEach(content -> used.addAll(content.origins()));
        Map<String, Scalar> scalars = new LinkedHashMap<>();
        List<Dropped> dropped = new ArrayList<>();
        for (StoredTensor tensor : checkpoint.tensors()) {
            if (!used.contains(tensor.name())) {
                dropped.add(new Dropped(tensor.name(), reason(tensor.name())));
            } else if (tensor.name().equals(LOGIT_SCALE) || tensor.name().equals(LOGIT_BIAS)) {
                scalars.put(tensor.name(), Scalar.of(tensor));
            }
        }
        scalars.putIfAbsent(LOGIT_SCALE, Scalar.of(checkpoint.logitScale()));
        checkpoint.logitBias().ifPresent(bias -> scalars.putIfAbsent(LOGIT_BIAS, Scalar.of((float) bias)));
        Path path = checkpoint.source().toAbsolutePath().normalize();
        boolean huggingFace = checkpoint.family().isOfTransformers();
        Path directory = Files.isDirectory(path) ? path : path.getParent();
        return new ModelSource(
                checkpoint.source().toString(),
                checkpoint.spec(),
                tensors,
                scalars,
                dropped,
                huggingFace ? Optional.of(directory) : Optional.empty(),
                files(path),
                identity(path));
    }

    /**
     * A model whose weights are a formula, as {@link dev.clipjet.weights.synth.SynthModel} writes it.
     *
     * @param prefix goes in front of every tensor's name before it is hashed
     * @param dtype F32, F16 or BF16
     */
    public static ModelSource synthetic(SynthArchitecture architecture, String prefix, ElementType dtype) {
        SynthSource synth = new SynthSource(architecture, prefix, dtype);
        return new ModelSource(
                architecture.label(),
                synth.spec(),
                synth.tensors(),
                Map.of(LOGIT_SCALE, Scalar.of(synth.logitScale())),
                List.of(),
                Optional.empty(),
                List.of(),
                "synthetic " + architecture.label() + " " + prefix + " " + dtype);
    }

    private static String reason(String name) {
        if (name.endsWith("embeddings.position_ids")) {
            return "an index buffer of old versions of transformers, no weights";
        }
        if (name.endsWith(".num_batches_tracked")) {
            return "a counter of batches in training, no weights";
        }
        if (ARCHIVE_INTEGERS.contains(name)) {
            return "an integer of OpenAI's archives, no weights";
        }
        return "no tower that the configuration describes uses it";
    }

    /** A weight file, or a directory and what is in it. */
    private static List<Path> files(Path path) {
        try (Stream<Path> entries = Files.isDirectory(path) ? Files.list(path) : Stream.empty()) {
            return Stream.concat(Stream.of(path), entries).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What tells whether a source is still the same: paths, sizes and times of its files. */
    private static String identity(Path path) {
        try (Stream<Path> entries = Files.isDirectory(path) ? Files.list(path) : Stream.of(path)) {
            StringBuilder text = new StringBuilder();
            for (Path file : entries.filter(Files::isRegularFile).sorted().toList()) {
                text.append(file)
                        .append(' ')
                        .append(Files.size(file))
                        .append(' ')
                        .append(Files.getLastModifiedTime(file).toMillis())
                        .append('\n');
            }
            return text.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same with one of its towers. */
    ModelSource only(Tower tower) {
        boolean image = tower == Tower.IMAGE;
        String kept = image ? "vision." : "text.";
        Map<CanonicalName, TensorContent> some = new LinkedHashMap<>();
        List<Dropped> more = new ArrayList<>(dropped);
        tensors.forEach((tensor, content) -> {
            if (tensor.value().startsWith(kept)) {
                some.put(tensor, content);
            } else {
                content.origins().forEach(origin -> more.add(new Dropped(origin, "only one tower was asked for")));
            }
        });
        scalars.forEach((scalar, value) -> {
            if (value.stored()) {
                more.add(new Dropped(scalar, "a single tower has no logits"));
            }
        });
        ModelSpec one = new ModelSpec(
                spec.family(),
                image ? spec.vision() : Optional.empty(),
                image ? Optional.empty() : spec.text(),
                spec.scoring(),
                image ? spec.preprocess() : Optional.empty(),
                image ? Optional.empty() : spec.tokenizer(),
                spec.notes());
        return new ModelSource(name, one, some, Map.of(), more, huggingFaceDirectory, files, identity + tower);
    }

    /** How messages name it. */
    public String name() {
        return name;
    }

    public ModelSpec spec() {
        return spec;
    }

    /** The canonical tensors by name. */
    public Map<CanonicalName, TensorContent> tensors() {
        return tensors;
    }

    /** The logit scale, and the logit bias if there is one, by name; those that the source lacks have their default. */
    Map<String, Scalar> scalars() {
        return scalars;
    }

    /** Logit scale, as a logarithm, and logit bias if there is one, by the names of their tensors. */
    public Map<String, Double> logits() {
        Map<String, Double> values = new LinkedHashMap<>();
        scalars.forEach((scalar, value) -> values.put(scalar, (double) value.value()));
        return values;
    }

    /** Stored tensors that no format takes over. */
    public List<Dropped> dropped() {
        return dropped;
    }

    /** The directory with the configuration, if it is one in Hugging Face's layout. */
    Optional<Path> huggingFaceDirectory() {
        return huggingFaceDirectory;
    }

    /** What it is read from; none for a formula. */
    List<Path> files() {
        return files;
    }

    /** Two sources with equal texts have the same content. */
    String identity() {
        return identity + spec;
    }
}
