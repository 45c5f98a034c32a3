package dev.clipjet.kernels.cases;

import dev.clipjet.numeric.Activation;
import java.util.ArrayList;
import java.util.List;

/** The table. */
public final class KernelCases {
    private KernelCases() {}

    /** Linear layers of sizes that no tile divides, and the smallest. */
    public static List<LinearCase> oddLinear() {
        List<LinearCase> cases = new ArrayList<>();
        int[][] sizes = {
            {1, 1, 37},
            {1, 698, 768},
            {7, 239, 37},
            {7, 698, 1},
            {50, 8, 239},
            {50, 239, 768},
            {65, 1, 239},
            {65, 698, 37}
        };
        for (int[] size : sizes) {
            String name = size[0] + " x " + size[1] + " x " + size[2];
            cases.add(new LinearCase(name, size[0], size[1], size[2], Activation.NONE, size[1] % 2 == 0));
        }
        return cases;
    }

    /** Linear layers of a block of ViT-B/32 for one image. */
    public static List<LinearCase> vitB32() {
        return List.of(
                new LinearCase("qkv", 50, 2304, 768, Activation.NONE, false),
                new LinearCase("attention.out", 50, 768, 768, Activation.NONE, true),
                new LinearCase("mlp.fc1", 50, 3072, 768, Activation.QUICK_GELU, false),
                new LinearCase("mlp.fc2", 50, 768, 3072, Activation.NONE, true));
    }

    /** Convolutions that stand for an edge each: of images, kernels, tiles and chunks. */
    public static List<ConvolutionCase> oddConvolutions() {
        return List.of(
                odd("one tap is a linear layer", 1, 5, 7, 10, 40, 1, 1, 1, 0, true),
                odd("one tap with a stride", 2, 9, 6, 3, 7, 1, 1, 2, 0, false),
                odd("padding on all sides of an image smaller than the kernel", 1, 2, 2, 64, 8, 3, 3, 1, 1, true),
                odd("more padding than image", 1, 1, 3, 1, 2, 3, 3, 1, 2, false),
                odd("a column of taps", 1, 12, 4, 2, 5, 7, 1, 3, 0, true),
                odd("a line of taps", 1, 4, 13, 9, 5, 1, 7, 2, 0, false),
                odd("the largest kernel", 1, 9, 9, 3, 6, 7, 7, 4, 3, true),
                odd("an even kernel", 1, 6, 6, 17, 6, 2, 3, 1, 1, false),
                odd("5 x 5", 1, 8, 8, 8, 8, 5, 5, 1, 2, true));
    }

    private static ConvolutionCase odd(
            String name,
            int images,
            int height,
            int width,
            int channels,
            int filters,
            int kernelHeight,
            int kernelWidth,
            int stride,
            int padding,
            boolean residual) {
        return new ConvolutionCase(
                name,
                images,
                height,
                width,
                channels,
                filters,
                kernelHeight,
                kernelWidth,
                stride,
                padding,
                residual ? Activation.RELU : Activation.NONE,
                residual,
                false);
    }

    /**
     * Every shape of convolution of a ResNet-50 image tower for images of 224 pixels, behind the first one of the stem, which reads
     * pixels; by the place where it occurs first. All have a stride of 1, as strides are pooled.
     */
    public static List<ConvolutionCase> resNet50(int images) {
        List<ConvolutionCase> cases = new ArrayList<>();
        cases.add(resNet("stem.2", images, 112, 32, 32, 3, false, false));
        cases.add(resNet("stem.3", images, 112, 32, 64, 3, false, true));
        int[] sides = {56, 28, 14, 7};
        for (int layer = 1; layer <= 4; layer++) {
            int width = 64 << (layer - 1);
            int side = sides[layer - 1];
            boolean pools = layer > 1;
            int before = pools ? 2 * width : width;
            int sideBefore = pools ? 2 * side : side;
            String name = "layer" + layer;
            cases.add(resNet(name + ".0.1", images, sideBefore, before, width, 1, false, false));
            cases.add(resNet(name + ".0.2", images, sideBefore, width, width, 3, false, pools));
            cases.add(shortcut(name + ".0.shortcut", images, side, before, 4 * width));
            cases.add(resNet(name + ".0.3", images, side, width, 4 * width, 1, true, false));
            cases.add(resNet(name + ".1.1", images, side, 4 * width, width, 1, false, false));
            if (pools) {
                cases.add(resNet(name + ".1.2", images, side, width, width, 3, false, false));
            }
        }
        return cases;
    }

    private static ConvolutionCase resNet(
            String name,
            int images,
            int side,
            int channels,
            int filters,
            int kernel,
            boolean residual,
            boolean pooled) {
        return new ConvolutionCase(
                name,
                images,
                side,
                side,
                channels,
                filters,
                kernel,
                kernel,
                1,
                kernel / 2,
                Activation.RELU,
                residual,
                pooled);
    }

    private static ConvolutionCase shortcut(String name, int images, int side, int channels, int filters) {
        return new ConvolutionCase(
                name, images, side, side, channels, filters, 1, 1, 1, 0, Activation.NONE, false, false);
    }

    /** Depthwise convolutions that stand for an edge each, and parts of ConvNeXt's and MobileCLIP's. */
    public static List<DepthwiseCase> oddDepthwise() {
        return List.of(
                new DepthwiseCase("one pixel and channel", 1, 1, 1, 1, 3, 1, 1, Activation.NONE),
                new DepthwiseCase("no padding", 2, 5, 7, 3, 3, 1, 0, Activation.NONE),
                new DepthwiseCase("a stride", 1, 6, 9, 5, 3, 2, 1, Activation.NONE),
                new DepthwiseCase("a stride and much padding", 3, 4, 11, 9, 3, 2, 2, Activation.NONE),
                new DepthwiseCase("5 x 5", 1, 11, 6, 13, 5, 1, 2, Activation.NONE),
                new DepthwiseCase("two channels", 2, 9, 9, 2, 5, 2, 2, Activation.NONE),
                new DepthwiseCase("more channels than a block", 1, 5, 8, 131, 5, 2, 4, Activation.NONE),
                new DepthwiseCase("7 x 7 over 7 x 7", 1, 7, 7, 36, 7, 1, 3, Activation.NONE),
                new DepthwiseCase("more padding than image", 2, 3, 5, 7, 7, 1, 6, Activation.NONE),
                new DepthwiseCase("7 x 7 and a stride", 1, 14, 9, 150, 7, 2, 3, Activation.NONE),
                new DepthwiseCase("part of ConvNeXt", 1, 13, 19, 96, 7, 1, 3, Activation.NONE),
                new DepthwiseCase("part of MobileCLIP", 1, 16, 17, 64, 3, 1, 1, Activation.NONE));
    }

    /** The depthwise convolutions of ConvNeXt-Base for images of 224 pixels, one for each stage. */
    public static List<DepthwiseCase> convNextBase(int images) {
        List<DepthwiseCase> cases = new ArrayList<>();
        for (int stage = 0; stage < 4; stage++) {
            cases.add(new DepthwiseCase(
                    "stage" + stage, images, 56 >> stage, 56 >> stage, 128 << stage, 7, 1, 3, Activation.NONE));
        }
        return cases;
    }

    /** All, those of models for one image. */
    public static List<KernelCase> all() {
        List<KernelCase> cases = new ArrayList<>();
        cases.addAll(oddLinear());
        cases.addAll(vitB32());
        cases.addAll(oddConvolutions());
        cases.addAll(resNet50(1));
        cases.addAll(oddDepthwise());
        cases.addAll(convNextBase(1));
        return cases;
    }
}
