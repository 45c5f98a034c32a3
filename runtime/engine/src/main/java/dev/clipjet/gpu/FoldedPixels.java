package dev.clipjet.gpu;

import dev.clipjet.graph.Op;
import dev.clipjet.graph.PixelNormalization;
import dev.clipjet.graph.Weight;
import java.util.List;

/**
 * The normalization of bytes folded into the convolution that reads them: {@code W (scale (level - center) + c) + b = (W scale) (level -
 * center) + (W c + b)} with {@code c = scale center + offset}, for every tap. Taps outside of the image, whose normalized value is zero, read
 * the level that normalization makes zero.
 *
 * @param weight with scaled columns
 * @param bias as if every tap lay inside
 * @param centers for red, green and blue
 * @param outside the level outside of an image less the center, for red, green and blue
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, compared by nobody
record FoldedPixels(Weight.Matrix weight, Weight.Vector bias, int[] centers, float[] outside) {
    static FoldedPixels of(Op.PixelConvolution op, PixelNormalization normalization) {
        int channels = PixelNormalization.CHANNELS;
        int[] centers = new int[channels];
        float[] outside = new float[channels];
        for (int c = 0; c < channels; c++) {
            centers[c] = normalization.center(c);
            outside[c] = (float) (-normalization.ofCenter(c) / normalization.scale(c));
        }
        int taps = op.window().area();
        Weight.Vector scale =
                perChannel(taps, normalization.scale(0), normalization.scale(1), normalization.scale(2));
        Weight.Vector ofCenter =
                perChannel(taps, normalization.ofCenter(0), normalization.ofCenter(1), normalization.ofCenter(2));
        Weight.Vector constant = new Weight.Applied(op.weight(), ofCenter);
        Weight.Vector bias = op.bias()
                .<Weight.Vector>map(own -> new Weight.Sum(own, constant))
                .orElse(constant);
        return new FoldedPixels(op.weight().scaleColumns(scale), bias, centers, outside);
    }

    /** Columns are channel by channel. */
    private static Weight.Vector perChannel(int taps, double red, double green, double blue) {
        return new Weight.Repeated(new Weight.Constant(List.of(red, green, blue)), taps);
    }
}
