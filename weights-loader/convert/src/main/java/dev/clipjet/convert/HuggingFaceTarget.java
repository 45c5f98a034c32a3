package dev.clipjet.convert;

import dev.clipjet.model.ImagePooling;
import dev.clipjet.model.ImageTower;
import dev.clipjet.model.ModelSpec;
import dev.clipjet.model.ModifiedResNet;
import dev.clipjet.model.TextPooling;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.TransformerSpec;
import dev.clipjet.model.Transformers;
import dev.clipjet.model.VisionTransformer;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.HuggingFaceNames;
import dev.clipjet.weights.safetensors.SafetensorsWriter.Declaration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A directory in the layout of transformers: {@code CLIPModel}, or the class of the tower that there is. */
final class HuggingFaceTarget {
    /** The value of {@code eos_token_id} by which transformers pools at the highest id instead. */
    static final int POOL_AT_HIGHEST_ID = 2;

    private static final String SINGLE = "model.safetensors";

    private HuggingFaceTarget() {}

    /**
     * Plans the directory.
     *
     * @throws dev.clipjet.error.InvalidInputException if the class lacks an option that the model uses
     */
    static Plan plan(ModelSource source, ConversionOptions options) {
        ModelSpec spec = source.spec();
        check(source);
        List<PlannedTensor> tensors = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        Optional<ElementType> type = type(source, options, notes);
        spec.vision()
                .ifPresent(vision -> tensors.addAll(PlannedTensor.of(
                        HuggingFaceNames.CLIP_MODEL.vision(Transformers.image(vision, "conversion")),
                        source.tensors(),
                        type)));
        spec.text()
                .ifPresent(text -> tensors.addAll(PlannedTensor.of(
                        HuggingFaceNames.CLIP_MODEL.text(Transformers.text(text)), source.tensors(), type)));
        boolean both = spec.vision().isPresent() && spec.text().isPresent();
        if (both) {
            tensors.add(scalar(source, ModelSource.LOGIT_SCALE, type));
        }
        List<WeightFile> files = Shards.of(tensors, options.fileBytes(), SINGLE);
        List<Plan.Description> descriptions = new ArrayList<>();
        if (files.size() > 1) {
            descriptions.add(Shards.index(files));
        }
        descriptions.add(JsonText.file("config.json", new HuggingFaceConfigFile(source, tensors).document()));
        if (spec.preprocess().isPresent()) {
            descriptions.add(
                    HuggingFacePreprocessFile.of(source, spec.preprocess().get(), notes));
        }
        if (spec.text().isPresent()) {
            TokenizerDescription.of(source, options, notes).ifPresent(descriptions::add);
        }
        return new Plan(files, descriptions, source.dropped(), notes);
    }

    /** One type for all, since transformers 4.45 and later take that of the first tensor for granted. */
    private static Optional<ElementType> type(ModelSource source, ConversionOptions options, List<String> notes) {
        Set<ElementType> stored = new HashSet<>();
        source.tensors().values().forEach(content -> stored.add(content.dtype()));
        source.scalars().values().forEach(scalar -> stored.add(scalar.dtype()));
        if (options.dtype().isPresent() || options.exactTypes() || stored.size() == 1) {
            return options.dtype();
        }
        notes.add("the types of the weights are mixed, and versions 4 of transformers cannot run such files: all are "
                + "written as fp32, which is exact; --dtype stored keeps them");
        return Optional.of(ElementType.F32);
    }

    /** The logit scale or bias as a tensor without dimensions, in its own type unless another is given. */
    static PlannedTensor scalar(ModelSource source, String name, Optional<ElementType> type) {
        Scalar scalar = source.scalars().get(name);
        return new PlannedTensor(
                new Declaration(name, type.orElse(scalar.dtype()), List.of()),
                new HeapContent(scalar.dtype(), scalar.bytes(), scalar.stored() ? List.of(name) : List.of()),
                0,
                false,
                scalar.stored() ? "" : "not in the source, its default");
    }

    private static void check(ModelSource source) {
        ModelSpec spec = source.spec();
        Refusals refusals = new Refusals();
        spec.vision().ifPresent(vision -> vision.accept(new ImageRefusals(refusals)));
        spec.text().ifPresent(text -> text.accept(transformer -> refuseText(transformer, refusals)));
        if (spec.vision().isPresent() && spec.text().isPresent()) {
            int image = spec.vision().get().projectionDim();
            int text = spec.text().get().projectionDim();
            refusals.when(image == 0 || text == 0, "a tower without projection in a model of both");
            refusals.when(image > 0 && text > 0 && image != text, "projections to different widths");
            refusals.when(
                    source.scalars().containsKey(ModelSource.LOGIT_BIAS), "a bias of the logits (init_logit_bias)");
        }
        spec.preprocess().ifPresent(preprocess -> HuggingFacePreprocessFile.refuse(source, preprocess, refusals));
        refusals.check(source.name(), "transformers' CLIP");
    }

    private record ImageRefusals(Refusals refusals) implements ImageTower.Visitor<Refusals> {
        @Override
        public Refusals visit(VisionTransformer vision) {
            return refuseVision(vision, refusals);
        }

        @Override
        public Refusals visit(ModifiedResNet vision) {
            return refusals.when(true, "a ResNet as image tower: the library has no class for it (vision_cfg.layers)");
        }
    }

    private static Refusals refuseVision(VisionTransformer vision, Refusals refusals) {
        refuseBlocks(vision.blocks(), "vision_cfg", refusals);
        return refusals.when(!vision.classToken(), "an image tower without a class token")
                .when(
                        !vision.normBeforeBlocks(),
                        "an image tower without a norm before its blocks (vision_cfg.no_ln_pre)")
                .when(
                        vision.pooling() != ImagePooling.CLASS_TOKEN,
                        "pooling of images by the mean of patches (vision_cfg.pool_type avg)");
    }

    private static Refusals refuseText(TextTransformer text, Refusals refusals) {
        refuseBlocks(text.blocks(), "text_cfg", refusals);
        return refusals.when(!text.causal(), "a text tower without causal mask (text_cfg.no_causal_mask)")
                .when(
                        text.pooling() == TextPooling.FIRST || text.pooling() == TextPooling.LAST,
                        "pooling of texts at the " + (text.pooling() == TextPooling.FIRST ? "first" : "last")
                                + " position (text_cfg.pool_type)")
                .when(
                        text.pooling() == TextPooling.END_TOKEN && text.endTokenId() == POOL_AT_HIGHEST_ID,
                        "pooling at an end token with the id 2 (text_cfg.eos_id), which means the highest id there")
                .when(text.projectionBias(), "a bias of the text projection (text_cfg.proj_bias)");
    }

    private static void refuseBlocks(TransformerSpec blocks, String place, Refusals refusals) {
        refusals.when(blocks.layerScale(), "layer scale (" + place + ".ls_init_value)");
    }
}
