package dev.clipjet.weights;

import dev.clipjet.error.ClosedException;
import dev.clipjet.error.InvalidInputException;
import dev.clipjet.error.ModelFormatException;
import dev.clipjet.model.CanonicalName;
import dev.clipjet.model.ModelSpec;
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
 * A model, open: its description and its tensors, which are read from the files when they are asked for. Every tensor that the description calls for is
 * there, with the right shape. Thread-safe.
 *
 * <p>Read are Hugging Face directories of {@code CLIPModel}, {@code CLIPTextModel}, {@code CLIPVisionModel} and the two
 * {@code WithProjection} classes; open_clip directories of {@code CLIP} and {@code CustomTextCLIP}; and single weight
 * files, with their configuration beside them or, for models like OpenAI's, without.
 */
public final class Checkpoint implements CanonicalTensors, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpoint.class);

    private final ModelFamily family;
    private final Path source;
    private final ModelSpec spec;
    private final WeightFiles files;
    private final Map<CanonicalName, CanonicalTensor> canonical;
    private final float logitScale;
    private final OptionalDouble logitBias;
    private volatile boolean closed;

    Checkpoint(
            ModelFamily family,
            Path source,
            ModelSpec spec,
            WeightFiles files,
            Map<CanonicalName, CanonicalTensor> canonical,
            float logitScale,
            OptionalDouble logitBias) {
        this.family = family;
        this.source = source;
        this.spec = spec;
        this.files = files;
        this.canonical = Collections.unmodifiableMap(canonical);
        this.logitScale = logitScale;
        this.logitBias = logitBias;
        LOG.debug("opened {} {}: {} tensors, notes {}", spec.family(), source, canonical.size(), spec.notes());
    }

    /** Opens a model with {@link CheckpointOptions#NONE}. */
    public static Checkpoint open(Path model) {
        return open(model, CheckpointOptions.NONE);
    }

    /**
     * Opens a model directory or a weight file and checks all of it. Of tensors, only those are copied whose layout the
     * kernels cannot use.
     *
     * @throws ModelFormatException with a kind, the file, the place and what is wrong
     * @throws dev.clipjet.error.InvalidInputException if the options do not fit the model
     */
    public static Checkpoint open(Path model, CheckpointOptions options) {
        return ModelFamilies.open(model, options);
    }

    /** The family whose files these are. */
    public ModelFamily family() {
        return family;
    }

    /** What the model is. */
    public ModelSpec spec() {
        return spec;
    }

    /** Format of the weight files, for reports. */
    public String format() {
        return files.format();
    }

    /** The directory or file that was opened. */
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

    /** Closes the files: their tensors cannot be read any more. Closing again has no effect. */
    @Override
    public void close() {
        closed = true;
        files.close();
    }
}
