package dev.clipjet.weights;

import dev.clipjet.numeric.Activation;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The training run that the name of a weight file tells, as open_clip's list of published models ({@code pretrained.py})
 * names them. Files of the same shapes differ in activation, and one in the normalization of pixels.
 *
 * @param name the tag, or empty
 */
record PublishedTag(String name) {
    /** Runs with QuickGELU, whatever the architecture. Longer tags come before those that they contain. */
    private static final List<String> QUICK =
            List.of("dfn2b", "dfn5b", "metaclip_400m", "metaclip_fullcc", "yfcc15m", "cc12m");

    /** Runs with plain GELU that contain the name of another. */
    private static final List<String> PLAIN_FIRST = List.of("dfn2b_s39b");

    private static final List<String> PLAIN =
            List.of("laion2b_s32b_b82k", "laion2b", "datacomp", "commonpool", "metaclip_altogether");

    /** B/32 with QuickGELU, the others with plain GELU. */
    private static final String MIXED = "laion400m";

    static PublishedTag of(Path file) {
        String text =
                String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT).replace('-', '_');
        for (List<String> tags : List.of(PLAIN_FIRST, QUICK, PLAIN, List.of(MIXED))) {
            for (String tag : tags) {
                if (text.contains(tag)) {
                    return new PublishedTag(tag);
                }
            }
        }
        return new PublishedTag("");
    }

    boolean isKnown() {
        return !name.isEmpty();
    }

    /**
     * The activation of the run's model.
     *
     * @param b32 whether its image tower is a ViT-B/32
     */
    Activation activation(boolean b32) {
        return QUICK.contains(name) || (name.equals(MIXED) && b32) ? Activation.QUICK_GELU : Activation.GELU;
    }

    /** Whether pixels are normalized with 0.5 instead of OpenAI's mean and deviation: ViT-L-14 of LAION-2B. */
    boolean hasHalfMean() {
        return name.equals("laion2b_s32b_b82k");
    }
}
