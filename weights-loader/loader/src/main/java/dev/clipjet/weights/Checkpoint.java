package dev.clipjet.weights;

import dev.clipjet.error.ClosedException;
import dev.clipjet.error.InvalidInputException;
import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.model.ModelSpec;
import dev.clipjet.weights.json.JsonFile;
import dev.clipjet.weights.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model directory, open: its description and its tensors, mapped into memory. Every tensor that the description calls
 * for is there, with the right shape. Thread-safe.
 *
 * <p>Read are Hugging Face directories of {@code CLIPModel}, {@code CLIPTextModel}, {@code CLIPVisionModel} and the two
 * {@code WithProjection} classes, with weights in safetensors or torch's {@code .bin}, in one file or several.
 */
public final class Checkpoint implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpoint.class);
    private static final long MAX_CONFIG_BYTES = 4 << 20;

    private final Path source;
    private final ModelSpec spec;
    private final WeightFiles files;
    private final Map<CanonicalName, CanonicalTensor> canonical;
    private final float logitScale;
    private final OptionalDouble logitBias;
    private volatile boolean closed;

    Checkpoint(
            Path source,
            ModelSpec spec,
            WeightFiles files,
            Map<CanonicalName, CanonicalTensor> canonical,
            float logitScale,
            OptionalDouble logitBias) {
        this.source = source;
        this.spec = spec;
        this.files = files;
        this.canonical = Collections.unmodifiableMap(canonical);
        this.logitScale = logitScale;
        this.logitBias = logitBias;
        LOG.debug("opened {} {}: {} tensors, notes {}", spec.family(), source, canonical.size(), spec.notes());
    }

    /**
     * Opens a model directory and checks all of it. No tensor is copied.
     *
     * @throws ModelFormatException with a kind, the file, the place and what is wrong
     */
    public static Checkpoint open(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw Files.exists(directory)
                    ? new ModelFormatException(
                            Kind.UNSUPPORTED,
                            directory,
                            "",
                            "is a single file; give the directory that has config.json and the weights")
                    : new ModelFormatException(Kind.MISSING, directory, "", "no such directory");
        }
        Path openClip = directory.resolve(OpenClipConfig.FILE);
        Path huggingFace = directory.resolve("config.json");
        if (Files.exists(huggingFace)) {
            JsonObject config = JsonFile.readObject(huggingFace, MAX_CONFIG_BYTES);
            if (HuggingFaceFamily.isNamedIn(config) || !Files.exists(openClip)) {
                return HuggingFaceModel.open(directory, config);
            }
        }
        if (Files.exists(openClip)) {
            throw OpenClipConfig.refusal(JsonFile.readObject(openClip, MAX_CONFIG_BYTES));
        }
        throw new ModelFormatException(
                Kind.MISSING, directory, "config.json", "no such file, so there is no telling what model this is");
    }

    /** What the model is. */
    public ModelSpec spec() {
        return spec;
    }

    /** The directory that was opened. */
    public Path source() {
        return source;
    }

    /**
     * All tensors as the files hold them, used or not.
     *
     * @throws ClosedException after {@link #close}
     */
    public List<StoredTensor> tensors() {
        checkOpen();
        return List.copyOf(files.tensors().values());
    }

    /**
     * All tensors of the model in canonical naming and layout.
     *
     * @throws ClosedException after {@link #close}
     */
    public Collection<CanonicalTensor> canonicalTensors() {
        checkOpen();
        return canonical.values();
    }

    /** The tensor of a name, if the model has it; absent are those of a tower or projection that the model lacks. */
    public Optional<CanonicalTensor> find(CanonicalName name) {
        checkOpen();
        return Optional.ofNullable(canonical.get(name));
    }

    /**
     * The tensor of a name.
     *
     * @throws InvalidInputException if {@link #spec} calls for no such tensor
     * @throws ClosedException after {@link #close}
     */
    public CanonicalTensor tensor(CanonicalName name) {
        return find(name).orElseThrow(() -> new InvalidInputException(source + ": the model has no tensor " + name));
    }

    /** Factor of the logits as the file holds it, a logarithm; for a single tower the one training starts from. */
    public float logitScale() {
        return logitScale;
    }

    /** What is added to the logits, if anything is. */
    public OptionalDouble logitBias() {
        return logitBias;
    }

    private void checkOpen() {
        if (closed) {
            throw new ClosedException("checkpoint " + source);
        }
    }

    /** Unmaps the files: no buffer of their tensors may be read any more. Closing again has no effect. */
    @Override
    public void close() {
        closed = true;
        files.close();
    }
}
