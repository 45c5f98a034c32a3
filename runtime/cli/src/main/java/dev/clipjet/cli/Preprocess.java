package dev.clipjet.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clipjet.files.InputProtectedException;
import dev.clipjet.files.OutputFolder;
import dev.clipjet.model.PassOrder;
import dev.clipjet.preprocess.DecodeOptions;
import dev.clipjet.preprocess.DecodedImage;
import dev.clipjet.preprocess.ImageDecoder;
import dev.clipjet.preprocess.PreprocessedImage;
import dev.clipjet.preprocess.Preprocessor;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code clipjet preprocess}: the pixels that an image tower sees, as PNG files. */
@Command(name = "preprocess", description = "Write photos as the image tower sees them: resized, cropped, RGB.")
final class Preprocess implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "IMAGE",
            arity = "1..*",
            description = "Files, folders (the images directly in them), globs.")
    private List<String> images = new ArrayList<>();

    @Mixin
    private PreprocessOptions pipeline;

    @Option(
            names = "--pass-order",
            paramLabel = "ORDER",
            converter = ModelOptions.PassOrderConverter.class,
            description = "Which axis Pillow resizes first: horizontal-first (default) or pillow-13.")
    private PassOrder passOrder;

    @Option(names = "--exif", description = "Turn photos upright as their EXIF data says. The originals do not.")
    private boolean exif;

    @Option(
            names = "--strict-images",
            description = "Refuse damaged photos of which a picture can still be made, instead of a warning.")
    private boolean strictImages;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "Folder for the PNG files.")
    private Path out;

    @Mixin
    private OverwriteOption overwrite;

    @Option(names = "--json", description = "One JSON document on stdout.")
    private boolean json;

    /** A written file. */
    private record Written(Path output, int width, int height, String sha256) {}

    @Override
    public Integer call() throws IOException {
        Preprocessor preprocessor = Preprocessor.of(pipeline.spec(spec, passOrder));
        List<ImageInput> inputs = ImageInput.expand(images);
        OutputFolder folder = OutputFolder.open(out, overwrite.existing(), inputs(inputs));
        DecodeOptions decoding = DecodeOptions.DEFAULT
                .withExifOrientation(exif)
                .withRefuseDamaged(strictImages)
                .withSizeCheck(preprocessor::checkSize);
        List<ImageResults.Entry<Written>> entries = new ArrayList<>();
        try (Progress progress = new Progress("preprocess", inputs.size())) {
            for (ImageInput input : inputs) {
                ImageResults.Entry<PreprocessedImage> cropped =
                        ImageResults.attempt(input, image -> preprocessor.crop(decode(image, decoding)));
                entries.add(
                        cropped.value().isPresent()
                                ? write(input, cropped.value().get(), folder)
                                : ImageResults.Entry.failed(
                                        input.name(), cropped.error().orElseThrow()));
                progress.step(1);
            }
        }
        ImageResults<Written> results = new ImageResults<>(entries);
        print(preprocessor, results);
        return results.report(spec.commandLine().getErr());
    }

    private DecodedImage decode(ImageInput image, DecodeOptions decoding) {
        DecodedImage decoded = ImageDecoder.decode(image.path(), decoding);
        decoded.damage()
                .ifPresent(damage -> spec.commandLine()
                        .getErr()
                        .println("clipjet: warning: " + image.name() + ": the image is damaged: " + damage));
        return decoded;
    }

    /** What must not be replaced: the photos, and the model that brings the pipeline. */
    private List<Path> inputs(List<ImageInput> images) throws IOException {
        List<Path> files = new ArrayList<>(pipeline.files());
        images.stream().filter(image -> image.problem().isEmpty()).forEach(image -> files.add(image.path()));
        return files;
    }

    /** A name that is taken is no reason to leave the other photos undone; a full disk is. */
    private static ImageResults.Entry<Written> write(ImageInput input, PreprocessedImage image, OutputFolder folder)
            throws IOException {
        Path file = folder.name(input.name(), ".png");
        try {
            folder.write(file, RgbPng.encode(image));
        } catch (FileAlreadyExistsException e) {
            return ImageResults.Entry.failed(
                    input.name(), e.getMessage() + "; " + OverwriteOption.NAME + " replaces it");
        } catch (InputProtectedException e) {
            return ImageResults.Entry.failed(input.name(), e.getMessage());
        }
        return ImageResults.Entry.of(
                input.name(), new Written(file, image.width(), image.height(), RgbPng.sha256(image.rgb())));
    }

    private void print(Preprocessor preprocessor, ImageResults<Written> results) {
        PrintWriter stdout = spec.commandLine().getOut();
        if (!json) {
            for (ImageResults.Entry<Written> entry : results.entries()) {
                entry.value()
                        .ifPresent(written -> stdout.println(entry.image() + " -> " + written.output() + "  "
                                + written.width() + "x" + written.height() + "  " + written.sha256()));
            }
            return;
        }
        ObjectNode document = Json.object().put("profile", pipeline.name(preprocessor.spec()));
        ArrayNode array = document.putArray("results");
        for (ImageResults.Entry<Written> entry : results.entries()) {
            array.add(entry.value()
                    .map(written -> Json.object()
                            .put("image", entry.image())
                            .put("output", written.output().toString())
                            .put("width", written.width())
                            .put("height", written.height())
                            .put("sha256", written.sha256()))
                    .orElseGet(entry::toErrorJson));
        }
        Json.print(document, stdout);
    }
}
