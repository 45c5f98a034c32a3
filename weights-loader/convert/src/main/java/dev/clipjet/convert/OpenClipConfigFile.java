package dev.clipjet.convert;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clipjet.model.ImagePooling;
import dev.clipjet.model.ImageTower;
import dev.clipjet.model.ModelSpec;
import dev.clipjet.model.ModifiedResNet;
import dev.clipjet.model.PreprocessSpec;
import dev.clipjet.model.PreprocessSpec.Resize;
import dev.clipjet.model.PreprocessSpec.ResizeMode;
import dev.clipjet.model.PreprocessSpec.Rgb;
import dev.clipjet.model.PreprocessSpec.Size;
import dev.clipjet.model.Resampling;
import dev.clipjet.model.TextTower;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.TransformerSpec;
import dev.clipjet.model.VisionTransformer;
import dev.clipjet.numeric.Activation;
import java.util.List;
import java.util.Optional;

/** {@code open_clip_config.json}. Keys that have open_clip's default are left out, as its own writer does. */
final class OpenClipConfigFile {
    private static final double DEFAULT_EPS = 1e-5;
    private static final int DEFAULT_HEAD_WIDTH = 64;
    private static final double DEFAULT_MLP_RATIO = 4;

    /** Any number switches layer scale on; the vectors come from the weights. */
    private static final double LAYER_SCALE_INIT = 1e-5;

    private final ModelSource source;
    private final boolean customText;
    private final List<String> notes;

    OpenClipConfigFile(ModelSource source, boolean customText, List<String> notes) {
        this.source = source;
        this.customText = customText;
        this.notes = notes;
    }

    ObjectNode document() {
        ModelSpec spec = source.spec();
        ImageTower vision = spec.vision().orElseThrow();
        TextTower text = spec.text().orElseThrow();
        ObjectNode root = JsonText.object();
        ObjectNode model = root.putObject("model_cfg");
        model.put("embed_dim", vision.projectionDim());
        if (quickGelu(text)) {
            model.put("quick_gelu", true);
        }
        if (customText) {
            model.put("custom_text", true);
        }
        Scalar bias = source.scalars().get(ModelSource.LOGIT_BIAS);
        if (bias != null) {
            model.put("init_logit_bias", bias.value());
        }
        ObjectNode image = model.putObject("vision_cfg");
        vision.accept(new ImageTower.Visitor<ObjectNode>() {
            @Override
            public ObjectNode visit(VisionTransformer tower) {
                return vision(image, tower);
            }

            @Override
            public ObjectNode visit(ModifiedResNet tower) {
                return resNet(image, tower);
            }
        });
        ObjectNode texts = model.putObject("text_cfg");
        text.accept(tower -> text(texts, tower));
        spec.preprocess().ifPresent(preprocess -> preprocess(root.putObject("preprocess_cfg"), preprocess));
        return root;
    }

    /** Whether a text tower has QuickGELU, which is one switch for both towers. */
    static boolean quickGelu(TextTower text) {
        return text.accept(tower -> tower.blocks().activation() == Activation.QUICK_GELU);
    }

    /** Whether an image tower has QuickGELU; empty if the switch does not concern it. */
    static Optional<Boolean> imageQuickGelu(ImageTower vision) {
        return vision.accept(new ImageTower.Visitor<>() {
            @Override
            public Optional<Boolean> visit(VisionTransformer tower) {
                return Optional.of(tower.blocks().activation() == Activation.QUICK_GELU);
            }

            @Override
            public Optional<Boolean> visit(ModifiedResNet tower) {
                return Optional.empty();
            }
        });
    }

    private static ObjectNode resNet(ObjectNode node, ModifiedResNet vision) {
        node.put("image_size", vision.imageSize());
        ArrayNode layers = node.putArray("layers");
        vision.blocks().forEach(layers::add);
        node.put("width", vision.width()).putNull("patch_size");
        if (vision.headDim() != DEFAULT_HEAD_WIDTH) {
            node.put("head_width", vision.headDim());
        }
        return node;
    }

    private static ObjectNode vision(ObjectNode node, VisionTransformer vision) {
        node.put("image_size", vision.imageSize())
                .put("layers", vision.blocks().layers())
                .put("width", vision.blocks().width())
                .put("patch_size", vision.patchSize());
        if (vision.blocks().headDim() != DEFAULT_HEAD_WIDTH) {
            node.put("head_width", vision.blocks().headDim());
        }
        blocks(node, vision.blocks());
        if (!vision.normBeforeBlocks()) {
            node.put("no_ln_pre", true);
        }
        if (vision.pooling() != ImagePooling.CLASS_TOKEN) {
            node.put("pool_type", "avg");
        }
        if (vision.pooling() == ImagePooling.NORM_OF_MEAN) {
            node.put("final_ln_after_pool", true);
        }
        return node;
    }

    private ObjectNode text(ObjectNode node, TextTransformer text) {
        node.put("context_length", text.contextLength())
                .put("vocab_size", text.vocabSize())
                .put("width", text.blocks().width())
                .put("heads", text.blocks().heads())
                .put("layers", text.blocks().layers());
        blocks(node, text.blocks());
        if (!text.causal()) {
            node.put("no_causal_mask", true);
        }
        switch (text.pooling()) {
            case FIRST -> node.put("pool_type", "first");
            case LAST -> node.put("pool_type", "last");
            case END_TOKEN -> endToken(node, text);
            case HIGHEST_ID -> {}
        }
        if (text.projectionDim() == 0) {
            node.put("proj_type", "none");
        }
        if (text.projectionBias()) {
            node.put("proj_bias", true);
        }
        return node;
    }

    private void endToken(ObjectNode node, TextTransformer text) {
        if (text.endTokenId() == text.vocabSize() - 1) {
            notes.add("texts are pooled at the highest id, which is that of the end token: the same position");
        } else {
            node.put("pool_type", "eos").put("eos_id", text.endTokenId());
        }
    }

    private static void blocks(ObjectNode node, TransformerSpec blocks) {
        double ratio = mlpRatio(blocks);
        if (ratio != DEFAULT_MLP_RATIO) {
            node.put("mlp_ratio", ratio);
        }
        if (blocks.layerScale()) {
            node.put("ls_init_value", LAYER_SCALE_INIT);
        }
        if (blocks.activation() == Activation.GELU_TANH) {
            node.putObject("act_kwargs").put("approximate", "tanh");
        }
        if (blocks.layerNormEps() != DEFAULT_EPS) {
            node.putObject("norm_kwargs").put("eps", blocks.layerNormEps());
        }
    }

    /** A ratio that gives the width of the MLP again when open_clip cuts the product to an integer. */
    private static double mlpRatio(TransformerSpec blocks) {
        double ratio = (double) blocks.mlpWidth() / blocks.width();
        return (int) (blocks.width() * ratio) == blocks.mlpWidth() ? ratio : Math.nextUp(ratio);
    }

    private static void preprocess(ObjectNode node, PreprocessSpec spec) {
        put(node, "mean", spec.mean());
        put(node, "std", spec.std());
        node.put("interpolation", spec.resampling() == Resampling.BILINEAR ? "bilinear" : "bicubic");
        node.put(
                "resize_mode",
                switch (spec.resize().orElseThrow().mode()) {
                    case SHORTEST -> "shortest";
                    case SQUASH -> "squash";
                    case LONGEST -> "longest";
                });
        if (spec.fillColor() != 0) {
            node.put("fill_color", spec.fillColor());
        }
    }

    private static void put(ObjectNode node, String key, Rgb values) {
        ArrayNode array = node.putArray(key);
        array.add(values.r()).add(values.g()).add(values.b());
    }

    static void refuse(PreprocessSpec spec, ImageTower vision, Refusals refusals) {
        Size size = Size.square(vision.imageSize());
        Optional<Resize> resize = spec.resize();
        boolean fits = resize.map(Resize::size).filter(size::equals).isPresent();
        refusals.when(!fits, "images that are not resized to the size of the model (do_resize, size)")
                .when(
                        fits
                                && !spec.crop().filter(size::equals).isPresent()
                                && resize.get().mode() == ResizeMode.SHORTEST,
                        "images that are not cropped to the size of the model (do_center_crop, crop_size)")
                .when(
                        spec.resampling() != Resampling.BICUBIC && spec.resampling() != Resampling.BILINEAR,
                        "resampling by " + spec.resampling() + " (resample)")
                .when(
                        Math.abs(spec.rescaleFactor() * 255 - 1) > 1e-9,
                        "a factor from bytes to pixels other than 1/255 (do_rescale, rescale_factor)");
    }
}
