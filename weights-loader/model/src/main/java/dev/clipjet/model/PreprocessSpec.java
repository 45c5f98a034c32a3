package dev.clipjet.model;

import java.util.Optional;

/**
 * What happens to a photo before the image tower sees it.
 *
 * @param profile which original pipeline is reproduced
 * @param reason why this profile was chosen, for reports
 * @param resize target of the resize, or empty when the image keeps its size
 * @param resampling filter of the resize
 * @param crop size of the center crop, or empty when nothing is cropped
 * @param rescaleFactor factor from byte to unit range, 1/255 in every known model; 0 when rescaling is switched off
 * @param mean mean per channel in unit range, R G B; zeros when normalizing is switched off
 * @param std standard deviation per channel in unit range; ones when normalizing is switched off
 * @param fillColor level of the padding that {@link ResizeMode#LONGEST} adds, 0 to 255
 * @param passOrder order of the two passes of Pillow's resize
 */
public record PreprocessSpec(
        PreprocessProfile profile,
        String reason,
        Optional<Resize> resize,
        Resampling resampling,
        Optional<Size> crop,
        double rescaleFactor,
        Rgb mean,
        Rgb std,
        int fillColor,
        PassOrder passOrder) {

    /** Mean of the images that OpenAI's models were trained on. */
    public static final Rgb OPENAI_MEAN = new Rgb(0.48145466, 0.4578275, 0.40821073);

    /** Standard deviation of the images that OpenAI's models were trained on. */
    public static final Rgb OPENAI_STD = new Rgb(0.26862954, 0.26130258, 0.27577711);

    /** The same steps by another pipeline, and why. */
    public PreprocessSpec withProfile(PreprocessProfile other, String why) {
        return new PreprocessSpec(other, why, resize, resampling, crop, rescaleFactor, mean, std, fillColor, passOrder);
    }

    /** The same with another order of Pillow's passes. */
    public PreprocessSpec withPassOrder(PassOrder order) {
        return new PreprocessSpec(
                profile, reason, resize, resampling, crop, rescaleFactor, mean, std, fillColor, order);
    }

    /** How the target size is reached. */
    public enum ResizeMode {
        /** The shorter side reaches the target, the aspect ratio stays. */
        SHORTEST,
        /** Exactly height x width, the aspect ratio is lost. */
        SQUASH,
        /** The longer side reaches the target, the rest is padded. */
        LONGEST
    }

    /** Height and width in pixels. */
    public record Size(int height, int width) {
        public static Size square(int side) {
            return new Size(side, side);
        }
    }

    /** Target of a resize; for {@link ResizeMode#SHORTEST} with one edge, height and width are equal. */
    public record Resize(ResizeMode mode, Size size) {}

    /** One value per channel. */
    public record Rgb(double r, double g, double b) {}
}
