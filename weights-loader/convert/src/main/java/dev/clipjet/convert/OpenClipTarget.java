package dev.clipjet.convert;

import dev.clipjet.model.ImageTower;
import dev.clipjet.model.ModelSpec;
import dev.clipjet.model.TextTower;
import dev.clipjet.weights.OpenAiNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A directory in the layout of open_clip. */
final class OpenClipTarget {
    private static final String WEIGHTS = "open_clip_model.safetensors";
    private static final String CUSTOM_TEXT = "open_clip CustomTextCLIP";
    private static final int OPENAI_VOCABULARY = 49408;

    private OpenClipTarget() {}

    /**
     * Plans the directory.
     *
     * @throws dev.clipjet.error.InvalidInputException if open_clip lacks an option that the model uses
     */
    static Plan plan(ModelSource source, ConversionOptions options) {
        ModelSpec spec = source.spec();
        check(source);
        ImageTower vision = spec.vision().orElseThrow();
        TextTower text = spec.text().orElseThrow();
        boolean customText = spec.family().equals(CUSTOM_TEXT);
        OpenAiNames names = customText ? OpenAiNames.CUSTOM_TEXT_CLIP : OpenAiNames.CLIP;
        List<PlannedTensor> tensors = new ArrayList<>();
        tensors.addAll(PlannedTensor.of(names.vision(vision), source.tensors(), options.dtype()));
        tensors.addAll(PlannedTensor.of(names.text(text), source.tensors(), options.dtype()));
        source.scalars()
                .keySet()
                .forEach(scalar -> tensors.add(HuggingFaceTarget.scalar(source, scalar, Optional.empty())));

        List<String> notes = new ArrayList<>();
        List<Plan.Description> descriptions = new ArrayList<>();
        descriptions.add(
                JsonText.file("open_clip_config.json", new OpenClipConfigFile(source, customText, notes).document()));
        if (text.vocabSize() != OPENAI_VOCABULARY) {
            TokenizerDescription.own(source).ifPresent(own -> {
                descriptions.add(own);
                notes.add("open_clip tokenizes with OpenAI's vocabulary unless told otherwise; the tokenizer files of "
                        + "the source lie beside the weights for those who name them");
            });
        }
        return new Plan(List.of(new SafetensorsWeights(WEIGHTS, tensors)), descriptions, source.dropped(), notes);
    }

    private static void check(ModelSource source) {
        ModelSpec spec = source.spec();
        Refusals refusals = new Refusals();
        refusals.when(spec.vision().isEmpty() || spec.text().isEmpty(), "a model of one tower");
        if (spec.vision().isPresent() && spec.text().isPresent()) {
            ImageTower vision = spec.vision().get();
            TextTower text = spec.text().get();
            refusals.when(vision.projectionDim() == 0, "an image tower without projection")
                    .when(
                            vision.projectionDim() > 0 && text.outputDim() != vision.projectionDim(),
                            "embeddings of images and texts with different widths (" + vision.projectionDim() + " and "
                                    + text.outputDim() + ")")
                    .when(
                            OpenClipConfigFile.imageQuickGelu(vision).isPresent()
                                    && !OpenClipConfigFile.imageQuickGelu(vision)
                                            .equals(Optional.of(OpenClipConfigFile.quickGelu(text))),
                            "QuickGELU in one tower only (quick_gelu)");
        }
        spec.preprocess()
                .ifPresent(preprocess ->
                        OpenClipConfigFile.refuse(preprocess, spec.vision().orElseThrow(), refusals));
        refusals.check(source.name(), "open_clip");
    }
}
