package dev.clipjet.cli;

import dev.clipjet.Clip;
import dev.clipjet.ImageSource;
import dev.clipjet.PromptTemplates;
import dev.clipjet.error.ModelFormatException;
import dev.clipjet.tokenizer.ClipTokenizer;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Loads the classes that most commands need, so that the launcher can have the JVM archive them. */
@Command(name = "warm-up", hidden = true, description = "Load what most commands need, for the archive of classes.")
final class WarmUp implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        int[] ids = ClipTokenizer.openAi().encode("a photo of a cat.");
        Json.print(Json.array(ids), spec.commandLine().getOut());
        try (Clip clip = Clip.load(DemoModel.directory())) {
            ImageSource image = ImageSource.of(RgbPng.toBufferedImage(8, 8, new byte[3 * 8 * 8]));
            clip.classifier(List.of("a", "b"), PromptTemplates.photo()).classify(image);
        } catch (ModelFormatException e) {
            spec.commandLine().getErr().println("no demo model: " + e.getMessage());
        }
    }
}
