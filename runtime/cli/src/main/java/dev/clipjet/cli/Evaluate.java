package dev.clipjet.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clipjet.Clip;
import dev.clipjet.ImageSource;
import dev.clipjet.PromptTemplates;
import dev.clipjet.ZeroShotClassifier;
import dev.clipjet.error.InvalidInputException;
import dev.clipjet.input.InputFiles;
import dev.clipjet.json.JsonFile;
import dev.clipjet.json.JsonObject;
import dev.clipjet.preprocess.PreprocessedImage;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code clipjet evaluate}: zero-shot accuracy on a labelled set of small images. */
@Command(name = "evaluate", description = "Measure zero-shot accuracy on a file in CIFAR-10's binary format.")
final class Evaluate implements Callable<Integer> {
    private static final long MAX_PROMPT_BYTES = 1 << 20;
    private static final int SIDE = 32;
    private static final int PLANE = SIDE * SIDE;
    private static final int RECORD = 1 + 3 * PLANE;
    private static final int AT_A_TIME = 64;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--data",
            paramLabel = "FILE.bin",
            required = true,
            description = "Records of a label byte and 32x32 pixels, 1,024 bytes each of red, green and blue.")
    private Path data;

    @Option(
            names = "--prompts",
            paramLabel = "FILE.json",
            required = true,
            description = "{\"classes\": [...], \"templates\": [\"a photo of a {}.\", ...]}")
    private Path prompts;

    @Mixin
    private ModelOptions model;

    @Option(names = "--json", description = "One JSON document on stdout.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        JsonObject file = JsonFile.readObject(prompts, MAX_PROMPT_BYTES);
        List<String> classes = file.strings("classes");
        PromptTemplates templates = new PromptTemplates(file.strings("templates"));
        long bytes = InputFiles.size(data);
        if (bytes == 0 || bytes % RECORD != 0) {
            throw new InvalidInputException(data + ": has " + bytes + " bytes, expected a multiple of " + RECORD
                    + ": a label and 3 x 32 x 32 pixels for each image");
        }
        long images = bytes / RECORD;
        try (Clip clip = model.load();
                InputStream in = new BufferedInputStream(InputFiles.stream(data, bytes), 1 << 20);
                Progress progress = new Progress("evaluate", images)) {
            ZeroShotClassifier classifier = clip.classifier(classes, templates);
            long correct = 0;
            long start = System.nanoTime();
            for (long from = 0; from < images; from += AT_A_TIME) {
                correct += correct(clip, classifier, in, from, (int) Math.min(AT_A_TIME, images - from));
                progress.step(Math.min(AT_A_TIME, images - from));
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            progress.close(); // Or it would clear the line of the result.
            report(clip, images, correct, seconds);
            return 0;
        }
    }

    private long correct(Clip clip, ZeroShotClassifier classifier, InputStream in, long from, int count)
            throws IOException {
        List<String> expected = new ArrayList<>(count);
        List<byte[]> records = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            byte[] record = in.readNBytes(RECORD);
            int label = record.length == RECORD ? record[0] & 0xff : -1;
            if (label < 0 || label >= classifier.labels().size()) {
                throw new InvalidInputException(data + ": record " + (from + i) + ": "
                        + (label < 0
                                ? "ends too early"
                                : "has label " + label + ", but there are "
                                        + classifier.labels().size() + " classes"));
            }
            expected.add(classifier.labels().get(label));
            records.add(record);
        }
        List<PreprocessedImage> prepared = records.parallelStream()
                .map(record -> clip.preprocess(ImageSource.of(RgbPng.toBufferedImage(SIDE, SIDE, interleave(record)))))
                .toList();
        var ranked = classifier.classifyPreprocessed(prepared);
        long correct = 0;
        for (int i = 0; i < count; i++) {
            correct += ranked.get(i).get(0).label().equals(expected.get(i)) ? 1 : 0;
        }
        return correct;
    }

    /** Planes to pixels, {@code uint8 [32, 32, 3]}. */
    private static byte[] interleave(byte[] record) {
        byte[] rgb = new byte[3 * PLANE];
        for (int i = 0; i < PLANE; i++) {
            for (int c = 0; c < 3; c++) {
                rgb[3 * i + c] = record[1 + c * PLANE + i];
            }
        }
        return rgb;
    }

    private void report(Clip clip, long images, long correct, double seconds) {
        double accuracy = (double) correct / images;
        double rate = images / seconds;
        if (json) {
            ObjectNode document = Json.object()
                    .put("model", model.name())
                    .put("device", clip.device())
                    .put("images", images)
                    .put("correct", correct)
                    .put("top1", accuracy)
                    .put("images_per_second", rate);
            Json.print(document, spec.commandLine().getOut());
        } else {
            spec.commandLine()
                    .getOut()
                    .println(String.format(
                            Locale.ROOT,
                            "top-1 accuracy %.2f %% (%d of %d), %.1f images/s",
                            100 * accuracy,
                            correct,
                            images,
                            rate));
        }
    }
}
