package dev.clipjet;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.model.PassOrder;
import dev.clipjet.model.PreprocessProfile;
import dev.clipjet.model.TokenizerProfile;
import dev.clipjet.weights.CheckpointOptions;
import java.util.Optional;

/**
 * How a model is loaded and used. Immutable; start from {@link #DEFAULT}.
 *
 * @param device where to run
 * @param precision in what a GPU keeps weights and intermediate results
 * @param threads CPU threads, 1 to {@link #MAX_THREADS}
 * @param preprocessProfile the image pipeline, or empty for the one that the model's files name
 * @param tokenizerProfile the tokenizer, or empty for the one that the model's files name
 * @param passOrder which axis Pillow's resize takes first, or empty for the default
 * @param applyExifOrientation whether photos are turned upright before anything else; off in the original libraries
 * @param refuseDamagedImages whether photos are refused that are damaged and of which a picture can still be made, as Pillow does
 * @param longTexts what happens to a text that has more tokens than the model takes
 * @param checkpoint what the model's files do not say, or are to be taken for another value
 */
public record ClipOptions(
        Device device,
        Precision precision,
        int threads,
        Optional<PreprocessProfile> preprocessProfile,
        Optional<TokenizerProfile> tokenizerProfile,
        Optional<PassOrder> passOrder,
        boolean applyExifOrientation,
        boolean refuseDamagedImages,
        LongTexts longTexts,
        CheckpointOptions checkpoint) {

    /** What happens to a text that has more tokens than the model takes. */
    public enum LongTexts {
        /** Cut before the end token, as the original libraries do when told to truncate. */
        CUT,
        /** {@link InvalidInputException}. */
        REFUSE
    }

    /** More threads than any machine has cores. */
    public static final int MAX_THREADS = 1_024;

    /** The best device, all cores, everything else as the model's files say. */
    public static final ClipOptions DEFAULT = new ClipOptions(
            Device.AUTO,
            Precision.FP16,
            Math.min(MAX_THREADS, Runtime.getRuntime().availableProcessors()),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            false,
            false,
            LongTexts.CUT,
            CheckpointOptions.NONE);

    public ClipOptions {
        if (threads < 1 || threads > MAX_THREADS) {
            throw new InvalidInputException("threads is " + threads + ", expected 1 to " + MAX_THREADS);
        }
    }

    public ClipOptions withDevice(Device value) {
        return new ClipOptions(
                value,
                precision,
                threads,
                preprocessProfile,
                tokenizerProfile,
                passOrder,
                applyExifOrientation,
                refuseDamagedImages,
                longTexts,
                checkpoint);
    }

    public ClipOptions withPrecision(Precision value) {
        return new ClipOptions(
                device,
                value,
                threads,
                preprocessProfile,
                tokenizerProfile,
                passOrder,
                applyExifOrientation,
                refuseDamagedImages,
                longTexts,
                checkpoint);
    }

    public ClipOptions withThreads(int value) {
        return new ClipOptions(
                device,
                precision,
                value,
                preprocessProfile,
                tokenizerProfile,
                passOrder,
                applyExifOrientation,
                refuseDamagedImages,
                longTexts,
                checkpoint);
    }

    public ClipOptions withPreprocessProfile(PreprocessProfile value) {
        return new ClipOptions(
                device,
                precision,
                threads,
                Optional.of(value),
                tokenizerProfile,
                passOrder,
                applyExifOrientation,
                refuseDamagedImages,
                longTexts,
                checkpoint);
    }

    public ClipOptions withTokenizerProfile(TokenizerProfile value) {
        return new ClipOptions(
                device,
                precision,
                threads,
                preprocessProfile,
                Optional.of(value),
                passOrder,
                applyExifOrientation,
                refuseDamagedImages,
                longTexts,
                checkpoint);
    }

    public ClipOptions withPassOrder(PassOrder value) {
        return new ClipOptions(
                device,
                precision,
                threads,
                preprocessProfile,
                tokenizerProfile,
                Optional.of(value),
                applyExifOrientation,
                refuseDamagedImages,
                longTexts,
                checkpoint);
    }

    public ClipOptions withExifOrientation(boolean value) {
        return new ClipOptions(
                device,
                precision,
                threads,
                preprocessProfile,
                tokenizerProfile,
                passOrder,
                value,
                refuseDamagedImages,
                longTexts,
                checkpoint);
    }

    public ClipOptions withRefuseDamagedImages(boolean value) {
        return new ClipOptions(
                device,
                precision,
                threads,
                preprocessProfile,
                tokenizerProfile,
                passOrder,
                applyExifOrientation,
                value,
                longTexts,
                checkpoint);
    }

    public ClipOptions withCheckpoint(CheckpointOptions value) {
        return new ClipOptions(
                device,
                precision,
                threads,
                preprocessProfile,
                tokenizerProfile,
                passOrder,
                applyExifOrientation,
                refuseDamagedImages,
                longTexts,
                value);
    }

    public ClipOptions withLongTexts(LongTexts value) {
        return new ClipOptions(
                device,
                precision,
                threads,
                preprocessProfile,
                tokenizerProfile,
                passOrder,
                applyExifOrientation,
                refuseDamagedImages,
                value,
                checkpoint);
    }
}
