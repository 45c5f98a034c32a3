package dev.clipjet.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clipjet.Classification;
import dev.clipjet.Clip;
import dev.clipjet.PromptTemplates;
import dev.clipjet.Scaling;
import dev.clipjet.ZeroShotClassifier;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code clipjet classify}: zero-shot labels for photos. */
@Command(
        name = "classify",
        description = "Score photos against labels of your choice.",
        footer = {"", "Example: clipjet classify cat.jpg --label cat --label dog --label \"fire truck\""})
final class Classify implements Callable<Integer> {
    /** Stands for the 80 templates of the CLIP paper. */
    private static final String IMAGENET = "imagenet";

    private static final int BAR_WIDTH = 24;

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "IMAGE",
            arity = "1..*",
            description = "Files, folders (the images directly in them), globs.")
    private List<String> images = new ArrayList<>();

    @Option(
            names = "--label",
            paramLabel = "TEXT",
            required = true,
            parameterConsumer = LabelConsumer.class,
            description = "A label. Repeat it; after the images, several may follow one --label.")
    private List<String> labels = new ArrayList<>();

    @Option(
            names = "--template",
            paramLabel = "T",
            description =
                    "A sentence with {} where the label goes; repeat it to average. \"imagenet\" stands for the 80"
                            + " templates of the CLIP paper. Default: \"a photo of a {}.\"")
    private List<String> templates = new ArrayList<>();

    @Mixin
    private ModelOptions model;

    @Option(names = "--json", description = "One JSON document on stdout.")
    private boolean json;

    @Override
    public Integer call() {
        if (new LinkedHashSet<>(labels).size() != labels.size()) {
            throw new ParameterException(spec.commandLine(), "a label is given twice: " + String.join(", ", labels));
        }
        PromptTemplates prompts = templates();
        List<ImageInput> inputs = ImageInput.expand(images);
        PrintWriter out = spec.commandLine().getOut();
        try (Clip clip = model.load()) {
            ZeroShotClassifier classifier = clip.classifier(labels, prompts);
            ImageResults<float[]> results;
            try (Progress progress = new Progress("classify", inputs.size())) {
                results = ImageResults.embed(clip, inputs, Scaling.UNIT, progress);
            }
            if (json) {
                Json.print(document(clip, classifier, results), out);
            } else {
                print(classifier, results, out);
            }
            return results.report(spec.commandLine().getErr());
        }
    }

    private PromptTemplates templates() {
        if (templates.isEmpty()) {
            return PromptTemplates.photo();
        }
        List<String> all = new ArrayList<>();
        for (String template : templates) {
            if (template.equals(IMAGENET)) {
                all.addAll(PromptTemplates.imageNet().templates());
            } else if (template.contains(PromptTemplates.PLACEHOLDER)) {
                all.add(template);
            } else {
                throw new ParameterException(
                        spec.commandLine(), "the template \"" + template + "\" has no {} where the label goes");
            }
        }
        return new PromptTemplates(all);
    }

    private ObjectNode document(Clip clip, ZeroShotClassifier classifier, ImageResults<float[]> results) {
        ObjectNode document = Json.object().put("model", model.name()).put("device", clip.device());
        ArrayNode array = document.putArray("results");
        for (ImageResults.Entry<float[]> entry : results.entries()) {
            if (entry.value().isEmpty()) {
                array.add(entry.toErrorJson());
                continue;
            }
            ArrayNode ranked = array.addObject().put("image", entry.image()).putArray("labels");
            for (Classification label : classifier.rank(entry.value().get())) {
                ranked.addObject()
                        .put("label", label.label())
                        .put("logit", label.logit())
                        .put("probability", label.probability());
            }
        }
        return document;
    }

    private void print(ZeroShotClassifier classifier, ImageResults<float[]> results, PrintWriter out) {
        int width = labels.stream().mapToInt(Classify::columns).max().orElse(0);
        boolean first = true;
        for (ImageResults.Entry<float[]> entry : results.entries()) {
            if (entry.value().isEmpty()) {
                continue;
            }
            if (!first) {
                out.println();
            }
            first = false;
            out.println(entry.image());
            for (Classification label : classifier.rank(entry.value().get())) {
                String padding = " ".repeat(width - columns(label.label()));
                String bar = "█".repeat(Math.round(label.probability() * BAR_WIDTH));
                String line = String.format(
                        Locale.ROOT, "  %s%s  %5.1f %%  %s", label.label(), padding, label.probability() * 100, bar);
                out.println(line.stripTrailing());
            }
        }
    }

    private static int columns(String text) {
        return text.codePointCount(0, text.length());
    }

    /** The images that have been read so far. */
    List<String> images() {
        return images;
    }
}
