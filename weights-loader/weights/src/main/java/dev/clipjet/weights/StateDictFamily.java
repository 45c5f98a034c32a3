package dev.clipjet.weights;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.model.CanonicalName;
import dev.clipjet.model.ImageTower;
import dev.clipjet.model.ModelSpec;
import dev.clipjet.model.ModelSpec.Scoring;
import dev.clipjet.model.PassOrder;
import dev.clipjet.model.PreprocessProfile;
import dev.clipjet.model.PreprocessSpec;
import dev.clipjet.model.PreprocessSpec.Resize;
import dev.clipjet.model.PreprocessSpec.ResizeMode;
import dev.clipjet.model.PreprocessSpec.Rgb;
import dev.clipjet.model.PreprocessSpec.Size;
import dev.clipjet.model.Resampling;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.TokenizerProfile;
import dev.clipjet.model.TokenizerSpec;
import dev.clipjet.numeric.Activation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A weight file with no configuration beside it. OpenAI's models are such files, and its code
 * reads the architecture off their shapes; that is done here as far as shapes can tell.
 */
final class StateDictFamily implements ModelFamily {
    private static final Logger LOG = LoggerFactory.getLogger(StateDictFamily.class);
    private static final String LOGIT_SCALE = "logit_scale";
    private static final String LOGIT_BIAS = "logit_bias";

    /** Integers in OpenAI's archives that are no weights, and the scalars that are read by name. */
    private static final Set<String> NO_WEIGHTS =
            Set.of("input_resolution", "context_length", "vocab_size", LOGIT_SCALE, LOGIT_BIAS);

    @Override
    public String name() {
        return "a weight file whose shapes describe it, as OpenAI's";
    }

    @Override
    public boolean matches(ModelFiles files) {
        return !files.isDirectory();
    }

    /**
     * Describes the model by its shapes, and maps its tensors.
     *
     * @throws ModelFormatException {@code UNSUPPORTED} for families that are not supported, {@code BAD_CONFIGURATION}
     *     where shapes do not tell enough, with the option or file to add
     */
    @Override
    public Checkpoint read(ModelFiles source, CheckpointOptions options) {
        return source.handOver(WeightFiles::openFile, files -> read(source.source(), files, options));
    }

    private Checkpoint read(Path file, WeightFiles files, CheckpointOptions options) {
        StateDictShapes shapes = new StateDictShapes(files, options);
        List<String> notes = new ArrayList<>();
        PublishedTag tag = PublishedTag.of(file);
        boolean fromOpenAi = shapes.isFromOpenAi();
        Activation activation = options.activation().orElseGet(() -> activation(file, shapes, tag, fromOpenAi, notes));
        ImageTower vision = shapes.vision(activation);
        TextTransformer text = shapes.text(activation);

        TensorMapper tensors = new TensorMapper(files);
        tensors.add(shapes.names().vision(vision));
        tensors.add(shapes.names().text(text));
        Map<CanonicalName, CanonicalTensor> mapped = tensors.mapped();
        notes.addAll(tensors.notes(name -> NO_WEIGHTS.contains(name) || OpenAiNames.isNoWeight(name)));
        Optional<Float> scale = StoredScalar.find(files, LOGIT_SCALE);
        if (scale.isEmpty()) {
            throw new ModelFormatException(
                    Kind.MALFORMED, files.described(), "tensor \"" + LOGIT_SCALE + "\"", "is missing");
        }
        OptionalDouble bias = StoredScalar.find(files, LOGIT_BIAS)
                .map(value -> OptionalDouble.of(value))
                .orElseGet(OptionalDouble::empty);
        ModelSpec spec = new ModelSpec(
                fromOpenAi ? "OpenAI CLIP" : "CLIP state dict",
                Optional.of(vision),
                Optional.of(text),
                bias.isPresent() ? Scoring.SIGMOID : Scoring.SOFTMAX,
                Optional.of(preprocess(vision.imageSize(), tag)),
                tokenizer(text, tag, notes),
                List.copyOf(notes));
        return new Checkpoint(this, file, spec, files, mapped, scale.get(), bias);
    }

    private static Activation activation(
            Path file, StateDictShapes shapes, PublishedTag tag, boolean fromOpenAi, List<String> notes) {
        if (fromOpenAi) {
            return Activation.QUICK_GELU;
        }
        if (tag.isKnown()) {
            notes.add("the name of the file has the tag \"" + tag.name() + "\" of open_clip's published models");
            return tag.activation(shapes.isVitB32());
        }
        if (shapes.fitsOpenAi() && file.toString().endsWith(".pt")) {
            String assumption = "no configuration and no mark of its origin; taken for a model like OpenAI's, with "
                    + "QuickGELU. If it was trained with plain GELU, results are wrong without --activation gelu";
            LOG.warn("{}: {}", file, assumption);
            notes.add(assumption);
            return Activation.QUICK_GELU;
        }
        throw new ModelFormatException(
                Kind.BAD_CONFIGURATION,
                file,
                "",
                "the tensors do not say which activation the model was trained with; add --activation quick-gelu or "
                        + "--activation gelu, or put its " + OpenClipConfig.FILE + " beside it");
    }

    private static PreprocessSpec preprocess(int imageSize, PublishedTag tag) {
        Rgb half = new Rgb(0.5, 0.5, 0.5);
        return new PreprocessSpec(
                tag.isKnown() ? PreprocessProfile.OPEN_CLIP : PreprocessProfile.OPENAI_PIL,
                "a single weight file; " + (tag.isKnown() ? "open_clip's for its tag" : "as OpenAI's code does"),
                Optional.of(new Resize(ResizeMode.SHORTEST, Size.square(imageSize))),
                Resampling.BICUBIC,
                Optional.of(Size.square(imageSize)),
                1 / 255.0,
                tag.hasHalfMean() ? half : PreprocessSpec.OPENAI_MEAN,
                tag.hasHalfMean() ? half : PreprocessSpec.OPENAI_STD,
                0,
                PassOrder.HORIZONTAL_FIRST);
    }

    private static Optional<TokenizerSpec> tokenizer(TextTransformer text, PublishedTag tag, List<String> notes) {
        if (text.vocabSize() != OpenAiVocabulary.SIZE) {
            notes.add(
                    "the vocabulary of " + text.vocabSize() + " is not OpenAI's: texts can only be given as token ids");
            return Optional.empty();
        }
        return Optional.of(new TokenizerSpec(
                tag.isKnown() ? TokenizerProfile.OPEN_CLIP : TokenizerProfile.OPENAI,
                "a single weight file with OpenAI's vocabulary",
                Optional.empty(),
                text.contextLength()));
    }
}
