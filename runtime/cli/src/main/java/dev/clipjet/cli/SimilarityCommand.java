package dev.clipjet.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clipjet.Clip;
import dev.clipjet.Scaling;
import dev.clipjet.Similarity;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code clipjet similarity}: every photo against every text. */
@Command(name = "similarity", description = "Score every photo against every text.")
final class SimilarityCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--image",
            paramLabel = "F",
            required = true,
            arity = "1..*",
            description = "Photos: files, folders, globs.")
    private List<String> images;

    @Option(names = "--text", paramLabel = "T", required = true, arity = "1..*", description = "Texts.")
    private List<String> texts;

    @Mixin
    private ModelOptions model;

    @Option(names = "--json", description = "One JSON document on stdout.")
    private boolean json;

    @Override
    public Integer call() {
        List<ImageInput> inputs = ImageInput.expand(images);
        PrintWriter out = spec.commandLine().getOut();
        try (Clip clip = model.load()) {
            float[][] textRows = clip.embedTexts(texts, Scaling.UNIT);
            ImageResults<float[]> results;
            try (Progress progress = new Progress("similarity", inputs.size())) {
                results = ImageResults.embed(clip, inputs, Scaling.UNIT, progress);
            }
            List<ImageResults.Entry<float[]>> good = results.entries().stream()
                    .filter(entry -> entry.value().isPresent())
                    .toList();
            float[][] imageRows =
                    good.stream().map(entry -> entry.value().orElseThrow()).toArray(float[][]::new);
            Similarity similarity = clip.similarity(imageRows, textRows);
            List<String> names = good.stream().map(ImageResults.Entry::image).toList();
            if (json) {
                Json.print(document(names, similarity, results), out);
            } else {
                print(names, similarity, out);
            }
            return results.report(spec.commandLine().getErr());
        }
    }

    private ObjectNode document(List<String> names, Similarity similarity, ImageResults<float[]> results) {
        ObjectNode document = Json.object();
        document.set("images", Json.array(names));
        document.set("texts", Json.array(texts));
        document.set("logits", Json.array(similarity.logits()));
        document.set("probabilities", Json.array(similarity.probabilities()));
        if (names.size() < results.entries().size()) {
            ArrayNode errors = document.putArray("errors");
            results.entries().stream()
                    .filter(entry -> entry.error().isPresent())
                    .forEach(entry -> errors.add(entry.toErrorJson()));
        }
        return document;
    }

    private void print(List<String> names, Similarity similarity, PrintWriter out) {
        for (int i = 0; i < names.size(); i++) {
            if (i > 0) {
                out.println();
            }
            out.println(names.get(i));
            for (int j = 0; j < texts.size(); j++) {
                out.println(String.format(
                        Locale.ROOT,
                        "  %8.3f  %5.1f %%  %s",
                        similarity.logits()[i][j],
                        similarity.probabilities()[i][j] * 100,
                        texts.get(j)));
            }
        }
    }
}
