package dev.clipjet.convert;

import java.util.ArrayList;
import java.util.List;

/** The files around the weights in Hugging Face's layout: how photos are prepared and texts are tokenized. */
public final class Surroundings {
    private Surroundings() {}

    /**
     * The files for what a model has.
     *
     * @param notes receives what the user should know
     * @throws dev.clipjet.error.InvalidInputException if the layout cannot express how photos are prepared
     */
    public static List<Plan.Description> of(ModelSource source, ConversionOptions options, List<String> notes) {
        List<Plan.Description> descriptions = new ArrayList<>();
        Refusals refusals = new Refusals();
        source.spec().preprocess().ifPresent(preprocess -> {
            HuggingFacePreprocessFile.refuse(source, preprocess, refusals);
            descriptions.add(HuggingFacePreprocessFile.of(source, preprocess, notes));
        });
        refusals.check(source.name(), "preprocessor_config.json");
        if (source.spec().text().isPresent()) {
            TokenizerDescription.of(source, options, notes).ifPresent(descriptions::add);
        }
        return descriptions;
    }
}
