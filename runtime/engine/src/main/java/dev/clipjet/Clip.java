package dev.clipjet;

import dev.clipjet.engine.Engine;
import dev.clipjet.engine.HiddenStates;
import dev.clipjet.error.ClosedException;
import dev.clipjet.error.InvalidInputException;
import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.gpu.GpuDevices;
import dev.clipjet.graph.PooledToken;
import dev.clipjet.model.ImageTower;
import dev.clipjet.model.ModelSpec;
import dev.clipjet.model.PreprocessSpec;
import dev.clipjet.model.TextTower;
import dev.clipjet.model.TokenizerSpec;
import dev.clipjet.preprocess.DecodeMemory;
import dev.clipjet.preprocess.DecodeOptions;
import dev.clipjet.preprocess.DecodedImage;
import dev.clipjet.preprocess.PreprocessedImage;
import dev.clipjet.preprocess.Preprocessor;
import dev.clipjet.tokenizer.ClipTokenizer;
import dev.clipjet.tokenizer.Framing;
import dev.clipjet.tokenizer.Padding;
import dev.clipjet.tokenizer.Truncation;
import dev.clipjet.weights.Checkpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A CLIP model, loaded and ready. Thread-safe; close it once, when nothing uses it any more.
 *
 * <pre>{@code
 * try (Clip clip = Clip.load(Path.of("clip-vit-base-patch32"))) {
 *     float[] photo = clip.embedImage(Path.of("cat.jpg"));
 *     float[] caption = clip.embedText("a photo of a cat");
 * }
 * }</pre>
 */
public final class Clip implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Clip.class);

    private static final String BY_CALLER = "chosen by the caller";

    /** Images decoded, kept as pixels and embedded at a time. */
    private static final int IMAGES_AT_A_TIME = 16;

    private final Checkpoint checkpoint;
    private final ModelSpec spec;
    private final ClipOptions options;
    private final Engine engine;
    private final String deviceReason;
    private final Optional<Preprocessor> preprocessor;
    private final Optional<ClipTokenizer> tokenizer;
    private final Scorer scorer;
    private final DecodeMemory decodeMemory = new DecodeMemory(DecodeOptions.DEFAULT.maxBytes());
    private volatile boolean closed;

    private Clip(Checkpoint checkpoint, ClipOptions options) {
        this.checkpoint = checkpoint;
        this.options = options;
        spec = withOverrides(checkpoint.spec(), options);
        preprocessor = spec.preprocess().map(Preprocessor::of);
        tokenizer = spec.tokenizer().map(ClipTokenizer::load);
        scorer = new Scorer(
                Math.exp(checkpoint.logitScale()), checkpoint.logitBias().orElse(0), spec.scoring());
        ChosenEngine chosen = ChosenEngine.of(checkpoint, spec, options, GpuDevices.installed());
        engine = chosen.engine();
        deviceReason = chosen.reason();
        LOG.info("{} on {}: {}", checkpoint.source(), device(), deviceReason());
    }

    private static ModelSpec withOverrides(ModelSpec spec, ClipOptions options) {
        Optional<PreprocessSpec> preprocess = spec.preprocess();
        if (options.preprocessProfile().isPresent()) {
            preprocess = preprocess.map(
                    own -> own.withProfile(options.preprocessProfile().get(), BY_CALLER));
        }
        if (options.passOrder().isPresent()) {
            preprocess =
                    preprocess.map(own -> own.withPassOrder(options.passOrder().get()));
        }
        Optional<TokenizerSpec> tokenizer = spec.tokenizer();
        if (options.tokenizerProfile().isPresent()) {
            tokenizer = tokenizer.map(own -> new TokenizerSpec(
                    options.tokenizerProfile().get(), BY_CALLER, own.directory(), own.contextLength()));
        }
        return new ModelSpec(
                spec.family(), spec.vision(), spec.text(), spec.scoring(), preprocess, tokenizer, spec.notes());
    }

    /** Loads a model directory or weight file with {@link ClipOptions#DEFAULT}. */
    public static Clip load(Path model) {
        return load(model, ClipOptions.DEFAULT);
    }

    /**
     * Loads a model directory or a single weight file.
     *
     * @throws ModelFormatException if the files are missing, broken or not supported; the message names file and place
     */
    public static Clip load(Path model, ClipOptions options) {
        Checkpoint checkpoint = Checkpoint.open(model, options.checkpoint());
        try {
            return new Clip(checkpoint, options);
        } catch (RuntimeException | Error e) {
            checkpoint.close();
            throw e;
        }
    }

    /** The model as its files describe it, with the caller's choices applied. */
    public ModelSpec spec() {
        return spec;
    }

    /** The directory or file that the model was loaded from. */
    public Path source() {
        return checkpoint.source();
    }

    /** The device that runs the towers, for example {@code cpu}. */
    public String device() {
        return engine.device();
    }

    /** Why this device, and how it computes. */
    public String deviceReason() {
        return deviceReason;
    }

    /** Width of the embeddings. */
    public int dimension() {
        return spec.vision()
                .map(ImageTower::outputDim)
                .orElseGet(() -> spec.text().map(TextTower::outputDim).orElseThrow());
    }

    /** Factor of the cosine in every logit. */
    public double logitScale() {
        return scorer.scale();
    }

    /**
     * The model's tokenizer.
     *
     * @throws InvalidInputException if the model brings none
     */
    public ClipTokenizer tokenizer() {
        return tokenizer.orElseThrow(() -> new InvalidInputException(
                source() + " brings no tokenizer: pass token ids, or add its tokenizer files"));
    }

    /**
     * The bytes that the image tower sees: the photo after decoding, resize and crop. All photos of a model share half of the
     * heap while they are decoded; one for which there is no room waits.
     */
    public PreprocessedImage preprocess(ImageSource image) {
        Preprocessor pipeline = preprocessor();
        DecodeOptions decoding = DecodeOptions.DEFAULT
                .withExifOrientation(options.applyExifOrientation())
                .withRefuseDamaged(options.refuseDamagedImages())
                .withSizeCheck(pipeline::checkSize);
        try (DecodeMemory.Share share = decodeMemory.share()) {
            return cropped(image, decoding, pipeline, share);
        }
    }

    /** In a frame of its own: when the memory is given back, nothing on this thread refers to the decoded image any more. */
    private static PreprocessedImage cropped(
            ImageSource image, DecodeOptions decoding, Preprocessor pipeline, DecodeMemory.Share share) {
        DecodedImage decoded = image.decode(decoding, share);
        decoded.damage().ifPresent(damage -> LOG.warn("{}: the image is damaged: {}", image.name(), damage));
        return pipeline.crop(decoded);
    }

    private Preprocessor preprocessor() {
        return preprocessor.orElseThrow(() -> new InvalidInputException(source() + " has no image tower"));
    }

    /** The unit embedding of a photo, [E]. */
    public float[] embedImage(Path file) {
        return embedImage(ImageSource.of(file));
    }

    /** The unit embedding of a photo, [E]. */
    public float[] embedImage(ImageSource image) {
        return embedImages(List.of(image), Scaling.UNIT)[0];
    }

    /** The unit embeddings of photos, [images][E]. */
    public float[][] embedImages(List<ImageSource> images) {
        return embedImages(images, Scaling.UNIT);
    }

    /**
     * The embeddings of photos, [images][E]. Decoding and resizing run in parallel.
     *
     * @throws dev.clipjet.error.ImageFormatException if one cannot be decoded; the message names it
     */
    public float[][] embedImages(List<ImageSource> images, Scaling scaling) {
        preprocessor();
        List<float[]> embeddings = new ArrayList<>();
        for (List<ImageSource> part : parts(images)) {
            List<PreprocessedImage> prepared =
                    part.parallelStream().map(this::preprocess).toList();
            embeddings.addAll(embedPart(prepared, scaling, embeddings.size()));
        }
        return embeddings.toArray(float[][]::new);
    }

    /** The embeddings of photos that have been preprocessed already, [images][E]. */
    public float[][] embedPreprocessed(List<PreprocessedImage> images, Scaling scaling) {
        checkOpen();
        List<float[]> embeddings = new ArrayList<>();
        for (List<PreprocessedImage> part : parts(images)) {
            embeddings.addAll(embedPart(part, scaling, embeddings.size()));
        }
        return embeddings.toArray(float[][]::new);
    }

    /** Bounds the memory for pixels, however many images there are. */
    private static <T> List<List<T>> parts(List<T> images) {
        return IntStream.iterate(0, from -> from < images.size(), from -> from + IMAGES_AT_A_TIME)
                .mapToObj(from -> images.subList(from, Math.min(images.size(), from + IMAGES_AT_A_TIME)))
                .toList();
    }

    private List<float[]> embedPart(List<PreprocessedImage> images, Scaling scaling, int firstIndex) {
        checkOpen();
        preprocessor();
        for (int i = 0; i < images.size(); i++) {
            checkSize(images.get(i), "image " + (firstIndex + i));
        }
        List<byte[]> bytes = images.stream().map(PreprocessedImage::rgb).toList();
        return Arrays.asList(scaled(engine.embedBytes(bytes), scaling, "image"));
    }

    private void checkSize(PreprocessedImage image, String what) {
        int side = spec.vision().orElseThrow().imageSize();
        if (image.width() != side || image.height() != side) {
            throw new InvalidInputException(what + " has " + image.width() + "x" + image.height()
                    + " pixels after preprocessing, the model takes " + side + "x" + side);
        }
    }

    /** What the image tower computes on the way, layer by layer: tokens of a ViT, feature maps of a ResNet. */
    public HiddenStates imageHiddenStates(PreprocessedImage image) {
        checkOpen();
        Preprocessor normalizer = preprocessor();
        checkSize(image, "the image");
        float[] pixels = new float[image.rgb().length];
        normalizer.normalize(image.rgb(), pixels, 0);
        return engine.imageHiddenStates(pixels);
    }

    /** The unit embedding of a text, [E]. */
    public float[] embedText(String text) {
        return embedTexts(Collections.singletonList(text), Scaling.UNIT)[0];
    }

    /** The unit embeddings of texts, [texts][E]. */
    public float[][] embedTexts(List<String> texts) {
        return embedTexts(texts, Scaling.UNIT);
    }

    /**
     * The embeddings of texts, [texts][E].
     *
     * @throws InvalidInputException if the model has no tokenizer or no text tower, or a text is too long and
     *     {@link ClipOptions.LongTexts#REFUSE} was chosen
     */
    public float[][] embedTexts(List<String> texts, Scaling scaling) {
        checkOpen();
        textTower();
        present(texts, "text");
        return embedTokenIds(texts.stream().map(this::tokenize).toList(), scaling);
    }

    /**
     * Token ids of a text as the text tower takes them: with start and end token, cut to the context, and padded only if
     * the tower sees padding.
     */
    public int[] tokenize(String text) {
        Truncation truncation = options.longTexts() == ClipOptions.LongTexts.CUT ? Truncation.CUT : Truncation.ERROR;
        TextTower tower = textTower();
        Padding padding = tower.seesPadding() ? Padding.TO_CONTEXT : Padding.NONE;
        return tokenizer()
                .encode(text, new Framing(tower.contextLength(), truncation, padding))
                .ids();
    }

    /**
     * The embeddings of texts given as token ids, with start and end token; [texts][E]. Padded to the context length if
     * the tower {@linkplain TextTower#seesPadding() sees padding}, else padded or not.
     */
    public float[][] embedTokenIds(List<int[]> texts, Scaling scaling) {
        checkOpen();
        TextTower text = textTower();
        present(texts, "list of token ids");
        List<int[]> cut = texts.stream().map(ids -> PooledToken.cut(text, ids)).toList();
        return scaled(engine.embedTexts(cut), scaling, "text");
    }

    /**
     * What the text tower computes at every position, layer by layer.
     *
     * @param ids token ids of one text, padding included where it is wanted
     */
    public HiddenStates textHiddenStates(int[] ids) {
        checkOpen();
        PooledToken.check(textTower(), ids);
        return engine.textHiddenStates(ids.clone());
    }

    private TextTower textTower() {
        return spec.text().orElseThrow(() -> new InvalidInputException(source() + " has no text tower"));
    }

    /** Logits and probabilities of image embeddings against text embeddings, unit or raw. */
    public Similarity similarity(float[][] images, float[][] texts) {
        checkOpen();
        return Similarity.of(scorer, images, texts);
    }

    /** A classifier for the given labels, each put into {@code a photo of a {}.} */
    public ZeroShotClassifier classifier(List<String> labels) {
        return classifier(labels, PromptTemplates.photo());
    }

    /** A classifier for the given labels, each put into all templates. */
    public ZeroShotClassifier classifier(List<String> labels, PromptTemplates templates) {
        return new ZeroShotClassifier(this, labels, templates);
    }

    private float[][] scaled(float[][] embeddings, Scaling scaling, String tower) {
        for (float[] embedding : embeddings) {
            for (float value : embedding) {
                if (!Float.isFinite(value)) {
                    throw new ModelFormatException(
                            Kind.MALFORMED, source(), "the " + tower + " tower", "gives values that are not finite");
                }
            }
        }
        return scaling == Scaling.RAW
                ? embeddings
                : Arrays.stream(embeddings).map(Vectors::unit).toArray(float[][]::new);
    }

    private static void present(List<?> values, String what) {
        int index = 0;
        for (Object value : values) {
            if (value == null) {
                throw new InvalidInputException(what + " " + index + " is null");
            }
            index++;
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new ClosedException("the model " + source());
        }
    }

    /**
     * Waits for the part of a call that is in progress, then frees all memory; the rest of that call fails with
     * {@link ClosedException}. Idempotent.
     */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            engine.close();
            checkpoint.close();
        }
    }
}
