package dev.clipjet.convert;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.model.ImagePooling;
import dev.clipjet.model.ImageTower;
import dev.clipjet.model.ModelSpec;
import dev.clipjet.model.ModifiedResNet;
import dev.clipjet.model.PreprocessSpec;
import dev.clipjet.model.PreprocessSpec.ResizeMode;
import dev.clipjet.model.Resampling;
import dev.clipjet.model.TextPooling;
import dev.clipjet.model.TextTower;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.TransformerSpec;
import dev.clipjet.model.VisionTransformer;
import dev.clipjet.numeric.Activation;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.OpenAiNames;
import dev.clipjet.weights.safetensors.SafetensorsWriter.Declaration;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A state dict with the names of OpenAI's models, as one file. There is no configuration: OpenAI's code reads the
 * architecture off the shapes, and takes the rest for granted. So whatever is not as in its models is refused.
 */
final class OpenAiTarget {
    private static final int HEAD_WIDTH = 64;
    private static final int WIDEST_VISION = 1024;
    private static final double EPS = 1e-5;

    private OpenAiTarget() {}

    /**
     * Plans the file.
     *
     * @param name of the file
     * @throws InvalidInputException if the model has an option that OpenAI's models lack
     */
    static Plan plan(ModelSource source, ConversionOptions options, String name) {
        ModelSpec spec = source.spec();
        check(source);
        ImageTower vision = spec.vision().orElseThrow();
        TextTower text = spec.text().orElseThrow();
        List<PlannedTensor> tensors = new ArrayList<>();
        tensors.addAll(PlannedTensor.of(OpenAiNames.CLIP.vision(vision), source.tensors(), options.dtype()));
        tensors.addAll(PlannedTensor.of(OpenAiNames.CLIP.text(text), source.tensors(), options.dtype()));
        tensors.add(HuggingFaceTarget.scalar(source, ModelSource.LOGIT_SCALE, Optional.empty()));
        tensors.add(integer("input_resolution", vision.imageSize()));
        tensors.add(integer("context_length", text.contextLength()));
        tensors.add(integer("vocab_size", text.vocabSize()));
        List<String> notes = new ArrayList<>();
        if (TokenizerDescription.own(source).isPresent()) {
            notes.add("the format has no tokenizer: OpenAI's vocabulary is taken for granted, and the tokenizer files "
                    + "of the source are left behind");
        }
        return new Plan(List.of(new TorchWeights(name, tensors)), List.of(), source.dropped(), notes);
    }

    /** The integers by which files of OpenAI's code are recognized. They drop them themselves when they load. */
    private static PlannedTensor integer(String name, long value) {
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(value).flip();
        return new PlannedTensor(
                new Declaration(name, ElementType.I64, List.of()),
                new HeapContent(ElementType.I64, bytes, List.of()),
                0,
                false,
                "an integer as in OpenAI's archives, from the configuration");
    }

    private static void check(ModelSource source) {
        ModelSpec spec = source.spec();
        Refusals refusals = new Refusals();
        refusals.when(spec.vision().isEmpty() || spec.text().isEmpty(), "a model of one tower");
        spec.vision().ifPresent(vision -> vision.accept(new ImageRefusals(refusals)));
        spec.text().ifPresent(text -> text.accept(transformer -> refuseText(transformer, refusals)));
        refusals.when(source.scalars().containsKey(ModelSource.LOGIT_BIAS), "a bias of the logits (logit_bias)");
        spec.preprocess()
                .ifPresent(preprocess -> refusals.when(
                        !isOpenAis(preprocess),
                        "images prepared in another way than OpenAI's (shorter side bicubic, its mean and deviation)"));
        refusals.check(source.name(), "a file with OpenAI's names");
    }

    private static boolean isOpenAis(PreprocessSpec preprocess) {
        return preprocess
                        .resize()
                        .filter(resize -> resize.mode() == ResizeMode.SHORTEST)
                        .isPresent()
                && preprocess.crop().isPresent()
                && preprocess.resampling() == Resampling.BICUBIC
                && preprocess.mean().equals(PreprocessSpec.OPENAI_MEAN)
                && preprocess.std().equals(PreprocessSpec.OPENAI_STD);
    }

    /** What OpenAI's code cannot tell of an image tower by the shapes. */
    private record ImageRefusals(Refusals refusals) implements ImageTower.Visitor<Refusals> {
        @Override
        public Refusals visit(VisionTransformer vision) {
            return refuseVision(vision, refusals);
        }

        @Override
        public Refusals visit(ModifiedResNet vision) {
            return refusals.when(
                            vision.headDim() != HEAD_WIDTH,
                            "heads of another width than " + HEAD_WIDTH + " in the attention pool (heads: "
                                    + vision.headDim() + ")")
                    .when(
                            vision.batchNormEps() != EPS,
                            "an epsilon of batch norms other than 1e-5 (" + vision.batchNormEps() + ")")
                    .when(
                            vision.imageSize() % ModifiedResNet.REDUCTION != 0,
                            "images of " + vision.imageSize() + " pixels, which is no multiple of "
                                    + ModifiedResNet.REDUCTION);
        }
    }

    private static Refusals refuseVision(VisionTransformer vision, Refusals refusals) {
        refuseBlocks(vision.blocks(), "image", refusals);
        return refusals.when(
                        vision.blocks().width() > WIDEST_VISION,
                        "an image tower wider than " + WIDEST_VISION + " ("
                                + vision.blocks().width() + ")")
                .when(!vision.classToken(), "an image tower without a class token")
                .when(!vision.normBeforeBlocks(), "an image tower without a norm before its blocks (no_ln_pre)")
                .when(
                        vision.pooling() != ImagePooling.CLASS_TOKEN,
                        "pooling of images by the mean of patches (pool_type)")
                .when(vision.projectionDim() == 0, "an image tower without projection")
                .when(
                        vision.imageSize() % vision.patchSize() != 0,
                        "images of " + vision.imageSize() + " pixels with patches of " + vision.patchSize());
    }

    private static Refusals refuseText(TextTransformer text, Refusals refusals) {
        refuseBlocks(text.blocks(), "text", refusals);
        boolean highest = text.pooling() == TextPooling.HIGHEST_ID
                || (text.pooling() == TextPooling.END_TOKEN && text.endTokenId() == text.vocabSize() - 1);
        return refusals.when(!text.causal(), "a text tower without causal mask (no_causal_mask)")
                .when(!highest, "pooling of texts other than at the highest id (pool_type, eos_token_id)")
                .when(text.projectionDim() == 0, "a text tower without projection (proj_type)")
                .when(text.projectionBias(), "a bias of the text projection (proj_bias)");
    }

    private static void refuseBlocks(TransformerSpec blocks, String tower, Refusals refusals) {
        refusals.when(
                        blocks.headDim() != HEAD_WIDTH,
                        "heads of another width than " + HEAD_WIDTH + " in the " + tower + " tower (heads: "
                                + blocks.headDim() + ")")
                .when(
                        blocks.activation() != Activation.QUICK_GELU,
                        "another activation than QuickGELU in the " + tower + " tower (" + blocks.activation() + ")")
                .when(
                        blocks.mlpWidth() != 4 * blocks.width(),
                        "an MLP that is not four times as wide as the " + tower + " tower (mlp_ratio)")
                .when(
                        blocks.layerNormEps() != EPS,
                        "an epsilon of norms other than 1e-5 in the " + tower + " tower (" + blocks.layerNormEps()
                                + ")")
                .when(blocks.layerScale(), "layer scale in the " + tower + " tower (ls_init_value)");
    }
}
