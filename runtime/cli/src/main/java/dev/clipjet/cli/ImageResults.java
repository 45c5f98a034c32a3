package dev.clipjet.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clipjet.Clip;
import dev.clipjet.ImageSource;
import dev.clipjet.Scaling;
import dev.clipjet.error.ImageFormatException;
import dev.clipjet.error.InvalidInputException;
import dev.clipjet.preprocess.PreprocessedImage;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What became of each image, in order. One that cannot be used does not keep the others from being done.
 *
 * @param <T> what an image gives
 */
record ImageResults<T>(List<Entry<T>> entries) {
    /** Images that are decoded at a time, so that a long list does not fill the memory. */
    private static final int AT_A_TIME = 16;

    /** One image: a value or an error. */
    record Entry<T>(String image, Optional<T> value, Optional<String> error) {
        static <T> Entry<T> of(String image, T value) {
            return new Entry<>(image, Optional.of(value), Optional.empty());
        }

        static <T> Entry<T> failed(String image, String error) {
            return new Entry<>(image, Optional.empty(), Optional.of(error));
        }

        /** The JSON object of a failed image. */
        ObjectNode toErrorJson() {
            return Json.object().put("image", image).put("error", error.orElseThrow());
        }
    }

    /** The embeddings of images. */
    static ImageResults<float[]> embed(Clip clip, List<ImageInput> images, Scaling scaling, Progress progress) {
        List<Entry<float[]>> entries = new ArrayList<>();
        for (int from = 0; from < images.size(); from += AT_A_TIME) {
            List<ImageInput> part = images.subList(from, Math.min(images.size(), from + AT_A_TIME));
            List<Entry<PreprocessedImage>> prepared = part.parallelStream()
                    .map(image -> attempt(image, input -> clip.preprocess(ImageSource.of(input.path()))))
                    .toList();
            List<PreprocessedImage> usable =
                    prepared.stream().flatMap(entry -> entry.value().stream()).toList();
            float[][] embeddings = usable.isEmpty() ? new float[0][] : clip.embedPreprocessed(usable, scaling);
            int next = 0;
            for (Entry<PreprocessedImage> entry : prepared) {
                entries.add(
                        entry.value().isPresent()
                                ? Entry.of(entry.image(), embeddings[next++])
                                : new Entry<>(entry.image(), Optional.empty(), entry.error()));
            }
            progress.step(part.size());
        }
        return new ImageResults<>(entries);
    }

    /** Does something with one image; an image that cannot be used becomes an error entry. */
    static <T> Entry<T> attempt(ImageInput image, Function<ImageInput, T> action) {
        if (image.problem().isPresent()) {
            return Entry.failed(image.name(), image.problem().get());
        }
        try {
            return Entry.of(image.name(), action.apply(image));
        } catch (ImageFormatException e) {
            String source = e.source() + ": ";
            String message = e.getMessage();
            return Entry.failed(
                    image.name(), message.startsWith(source) ? message.substring(source.length()) : message);
        } catch (InvalidInputException e) {
            return Entry.failed(image.name(), e.getMessage());
        }
    }

    /** Names the images that failed on stderr and returns the exit code. */
    int report(PrintWriter err) {
        List<Entry<T>> failed =
                entries.stream().filter(entry -> entry.error().isPresent()).toList();
        for (Entry<T> entry : failed) {
            err.println("clipjet: " + entry.image() + ": " + entry.error().get());
        }
        if (!failed.isEmpty() && entries.size() > 1) {
            err.println("clipjet: " + failed.size() + " of " + entries.size() + " images could not be used");
        }
        err.flush();
        return failed.isEmpty() ? 0 : Failures.FAILED;
    }
}
