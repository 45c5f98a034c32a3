package dev.clipjet.weights;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.model.ImageTower;
import dev.clipjet.model.TextPooling;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.TransformerSpec;
import dev.clipjet.model.VisionTransformer;
import dev.clipjet.numeric.Activation;
import dev.clipjet.numeric.ElementType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The architecture that the shapes of a state dict tell, by the rules of OpenAI's {@code build_model}. Its rule for heads,
 * one per 64 channels, holds for OpenAI's widths; wider image towers of open_clip have other heads, so there it is not
 * applied.
 */
final class StateDictShapes {
    private static final int HEAD_WIDTH = 64;

    /** The widest image tower whose published models all have heads of 64 channels. */
    private static final int WIDEST_VISION = 1024;

    private static final double EPS = 1e-5;

    /** What marks families that are not supported, with what they are. */
    private static final Map<String, String> MISSING_FEATURES = Map.ofEntries(
            Map.entry("visual.trunk.", "image towers of the timm library (SigLIP, EVA02 and others)"),
            Map.entry("visual.blocks.", "EVA-CLIP image towers"),
            Map.entry("visual.attn_pool.", "towers with attentional pooling"),
            Map.entry("text_decoder.", "models with a text decoder (CoCa)"),
            Map.entry("text.cls_emb", "class tokens in the text tower (CoCa)"),
            Map.entry("text.transformer.encoder.", "text towers of the transformers library"),
            Map.entry("text.transformer.embeddings.", "text towers of the transformers library"),
            Map.entry("image_encoder.", "checkpoints in MobileCLIP's own naming"));

    /** Parts of tensor names in blocks that are not supported. */
    private static final List<String> CUSTOM_BLOCKS =
            List.of(".attn.ln_", ".attn.head_scale", ".attn.logit_scale", ".ln_attn.", ".mlp.ln.", ".mlp.w12.");

    private final WeightFiles files;
    private final CheckpointOptions options;
    private final Map<String, StoredTensor> tensors;
    private final OpenAiNames names;
    private final TensorShapes shapes;
    private final ResNetShapes resNet;

    /** @throws ModelFormatException {@code UNSUPPORTED} if the names are those of another family */
    StateDictShapes(WeightFiles files, CheckpointOptions options) {
        this.files = files;
        this.options = options;
        tensors = files.tensors();
        names = OpenAiNames.of(files);
        shapes = new TensorShapes(files);
        resNet = new ResNetShapes(shapes, options);
        MISSING_FEATURES.keySet().stream()
                .sorted()
                .forEach(prefix ->
                        refuse(name -> name.startsWith(prefix), MISSING_FEATURES.get(prefix) + " are not supported"));
        CUSTOM_BLOCKS.forEach(part ->
                refuse(name -> name.contains(part), "blocks with norms and scales beyond CLIP's are not supported"));
        if (!tensors.containsKey("visual.conv1.weight")) {
            throw new ModelFormatException(
                    Kind.UNSUPPORTED,
                    files.described(),
                    "",
                    "holds no CLIP model that is known: there is no visual.conv1.weight. Its tensors are "
                            + tensors.keySet().stream().limit(4).collect(Collectors.joining(", "))
                            + (tensors.size() > 4 ? ", ..." : ""));
        }
        if (!isResNet() && !has("visual.ln_pre.weight")) {
            throw new ModelFormatException(
                    Kind.BAD_CONFIGURATION,
                    files.described(),
                    "tensor \"visual.ln_pre.weight\"",
                    "is missing; models without it differ in more than tensors show, so put the model's "
                            + OpenClipConfig.FILE + " beside the file");
        }
    }

    private void refuse(Predicate<String> mark, String problem) {
        Optional<String> found = tensors.keySet().stream().filter(mark).findFirst();
        if (found.isPresent()) {
            throw new ModelFormatException(
                    Kind.UNSUPPORTED, files.described(), "tensor \"" + found.get() + "\"", problem);
        }
    }

    private boolean has(String name) {
        return shapes.has(name);
    }

    private boolean isResNet() {
        return has(ResNetShapes.MARK);
    }

    OpenAiNames names() {
        return names;
    }

    /** Whether the image tower is a ViT-B/32, by whose training the same run differs from the others. */
    boolean isVitB32() {
        return !isResNet() && patchSize() == 32 && visionWidth() == 768;
    }

    private int patchSize() {
        return shapes.size("visual.conv1.weight", 3, 4, ModelLimits.IMAGE);
    }

    private int visionWidth() {
        return shapes.size("visual.conv1.weight", 0, 4, ModelLimits.WIDTH);
    }

    /**
     * Whether OpenAI's code wrote the file: it is a TorchScript archive, holds the integers that only those hold, or has
     * the mixture of types that its {@code convert_weights} makes.
     */
    boolean isFromOpenAi() {
        boolean marked = files.isArchive()
                || (has("input_resolution") && has("context_length") && has("vocab_size"))
                || (shapes.dtype("visual.conv1.weight") == ElementType.F16
                        && shapes.dtype(isResNet() ? ResNetShapes.FIRST_NORM : "visual.ln_pre.weight")
                                == ElementType.F32);
        return marked && fitsOpenAi();
    }

    /** Whether OpenAI's code could have made the model: nothing in it is open_clip's alone. */
    boolean fitsOpenAi() {
        TransformerSpec text = blocks(names.textPrefix(), textWidth(), 1, Activation.QUICK_GELU);
        return names.equals(OpenAiNames.CLIP)
                && !has("logit_bias")
                && has("text_projection")
                && !text.layerScale()
                && text.width() % HEAD_WIDTH == 0
                && text.mlpWidth() == 4 * text.width()
                && (isResNet() ? resNet.hasOpenAiHeads() : isOpenAiTransformer());
    }

    private boolean isOpenAiTransformer() {
        TransformerSpec vision = blocks("visual.", visionWidth(), 1, Activation.QUICK_GELU);
        return has("visual.proj")
                && !vision.layerScale()
                && vision.width() % HEAD_WIDTH == 0
                && vision.width() <= WIDEST_VISION
                && vision.mlpWidth() == 4 * vision.width();
    }

    /** The image tower. */
    ImageTower vision(Activation activation) {
        return isResNet() ? resNet.tower() : transformer(activation);
    }

    private VisionTransformer transformer(Activation activation) {
        int width = visionWidth();
        int patch = patchSize();
        int grid = shapes.gridBehindOne(
                "visual.positional_embedding", ModelLimits.IMAGE / patch, "a class token and a square grid of patches");
        int imageSize = options.imageSize().orElse(grid * patch);
        if (imageSize < patch) {
            throw shapes.error(
                    Kind.BAD_CONFIGURATION,
                    "visual.conv1.weight",
                    "has patches of " + patch + " pixels, larger than the image size " + imageSize);
        }
        int projection = has("visual.proj") ? shapes.size("visual.proj", 1, 2, ModelLimits.WIDTH) : 0;
        int heads = heads(options.visionHeads(), width, width <= WIDEST_VISION, "visual.conv1.weight", "image");
        TransformerSpec blocks = blocks("visual.", width, heads, activation);
        return options.applyTo(new VisionTransformer(imageSize, patch, blocks, projection));
    }

    private int textWidth() {
        return shapes.size(names.textPrefix() + "ln_final.weight", 0, 1, ModelLimits.WIDTH);
    }

    /** The text tower. */
    TextTransformer text(Activation activation) {
        String prefix = names.textPrefix();
        int width = textWidth();
        int vocabulary = shapes.size(prefix + "token_embedding.weight", 0, 2, ModelLimits.VOCABULARY);
        int positions = shapes.size(prefix + "positional_embedding", 0, 2, ModelLimits.CONTEXT);
        boolean bias = has(prefix + "text_projection.bias");
        int projection = 0;
        if (bias) {
            projection = shapes.size(prefix + "text_projection.weight", 0, 2, ModelLimits.WIDTH);
        } else if (has(prefix + "text_projection")) {
            projection = shapes.size(prefix + "text_projection", 1, 2, ModelLimits.WIDTH);
        }
        int heads = heads(options.textHeads(), width, true, prefix + "ln_final.weight", "text");
        TransformerSpec blocks = blocks(prefix, width, heads, activation);
        return options.applyTo(new TextTransformer(
                vocabulary,
                options.contextLength().orElse(positions),
                blocks,
                true,
                TextPooling.HIGHEST_ID,
                vocabulary - 1,
                projection,
                bias));
    }

    private int heads(OptionalInt chosen, int width, boolean ruleHolds, String tensor, String tower) {
        if (chosen.isPresent()) {
            return chosen.getAsInt();
        }
        if (!ruleHolds || width % HEAD_WIDTH != 0) {
            throw shapes.error(
                    Kind.BAD_CONFIGURATION,
                    tensor,
                    "has width " + width + ", which does not tell the number of attention heads of the " + tower
                            + " tower; add --heads IMAGE,TEXT, or put the model's " + OpenClipConfig.FILE
                            + " beside the file");
        }
        return width / HEAD_WIDTH;
    }

    private TransformerSpec blocks(String prefix, int width, int heads, Activation activation) {
        String blocks = prefix + "transformer.resblocks.";
        int layers = shapes.count(blocks, "the tower");
        int mlp = shapes.size(blocks + "0.mlp.c_fc.weight", 0, 2, ModelLimits.MLP);
        return new TransformerSpec(width, layers, heads, mlp, activation, EPS, has(blocks + "0.ls_1.gamma"));
    }
}
