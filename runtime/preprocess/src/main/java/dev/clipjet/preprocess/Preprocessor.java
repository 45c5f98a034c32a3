package dev.clipjet.preprocess;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.model.PreprocessProfile;
import dev.clipjet.model.PreprocessSpec;
import dev.clipjet.model.PreprocessSpec.Resize;
import dev.clipjet.model.PreprocessSpec.ResizeMode;
import dev.clipjet.model.PreprocessSpec.Size;
import dev.clipjet.model.Resampling;
import dev.clipjet.preprocess.resize.NearestResize;
import dev.clipjet.preprocess.resize.RowSource;
import dev.clipjet.preprocess.resize.SeparableResize;
import dev.clipjet.preprocess.resize.SixteenBitResize;
import dev.clipjet.preprocess.resize.Window;
import java.util.Objects;
import java.util.Optional;

/**
 * Resize, crop and normalization as one of the original pipelines does them, byte for byte and float for float.
 * Immutable and thread-safe.
 */
public final class Preprocessor {

    private final PreprocessSpec spec;
    private final float[][] table;
    private final boolean torchvision;

    private Preprocessor(PreprocessSpec spec) {
        this.spec = spec;
        this.table = Normalization.table(spec);
        this.torchvision = usesTorchvision(spec);
    }

    /**
     * The preprocessing of a model.
     *
     * @throws InvalidInputException when the original pipeline has no such combination
     */
    public static Preprocessor of(PreprocessSpec spec) {
        Objects.requireNonNull(spec, "spec");
        if (usesTorchvision(spec)
                && spec.resize().isPresent()
                && (spec.resampling() == Resampling.BOX || spec.resampling() == Resampling.HAMMING)) {
            throw new InvalidInputException("profile " + spec.profile().label() + " has no filter " + spec.resampling()
                    + ": torchvision resizes with NEAREST, LANCZOS, BILINEAR or BICUBIC");
        }
        spec.resize().ifPresent(resize -> {
            requirePositive("resize", resize.size());
            requireKnown(spec.profile(), resize);
        });
        spec.crop().ifPresent(crop -> requirePositive("crop", crop));
        if (spec.fillColor() < 0 || spec.fillColor() > 255) {
            throw new InvalidInputException("fill color " + spec.fillColor() + " is not in 0..255");
        }
        return new Preprocessor(spec);
    }

    private static boolean usesTorchvision(PreprocessSpec spec) {
        return spec.profile() == PreprocessProfile.HF_FAST || spec.profile() == PreprocessProfile.SIGLIP_FAST;
    }

    /** Only open_clip keeps the ratio towards a target that is not square, or fits the longer side. */
    private static void requireKnown(PreprocessProfile profile, Resize resize) {
        boolean squareOrExact = resize.mode() == ResizeMode.SQUASH
                || (resize.mode() == ResizeMode.SHORTEST
                        && resize.size().height() == resize.size().width());
        if (!squareOrExact && profile != PreprocessProfile.OPEN_CLIP) {
            throw new InvalidInputException("profile " + profile.label() + " cannot resize by " + resize.mode() + " to "
                    + resize.size().height() + "x" + resize.size().width());
        }
    }

    private static void requirePositive(String what, Size size) {
        if (size.height() <= 0 || size.width() <= 0) {
            throw new InvalidInputException(what + " size " + size.height() + "x" + size.width() + " is not positive");
        }
    }

    public PreprocessSpec spec() {
        return spec;
    }

    /** Size of every result, or empty where it depends on the photo. */
    public Optional<Size> outputSize() {
        return spec.crop()
                .or(() ->
                        spec.resize().filter(r -> r.mode() == ResizeMode.SQUASH).map(Resize::size));
    }

    /**
     * Checks that images of a size can be preprocessed, for {@link DecodeOptions#withSizeCheck}: what cannot be used need not be
     * decoded.
     *
     * @throws InvalidInputException when a side of the resized photo would have no pixels, or too many
     */
    public void checkSize(int width, int height) {
        Geometry.of(spec, width, height);
    }

    /**
     * Resizes, crops and converts to RGB.
     *
     * @throws InvalidInputException when a side of the resized photo would have no pixels
     */
    public PreprocessedImage crop(DecodedImage image) {
        Geometry geometry = Geometry.of(spec, image.width(), image.height());
        byte[] rgb = switch (spec.profile()) {
            case OPENAI_PIL, OPEN_CLIP -> inNativeMode(image, geometry);
            case HF_SLOW, SIGLIP_SLOW -> inRgb(new RgbRows(image, false), geometry);
            case HF_FAST, HF_V5_PIL, SIGLIP_FAST, SIGLIP_V5_PIL -> inRgb(new RgbRows(image, true), geometry);
        };
        return new PreprocessedImage(geometry.width(), geometry.height(), rgb);
    }

    /**
     * Bytes to model input.
     *
     * @param rgb {@code uint8 [height, width, 3]}
     * @param out receives {@code float32 [3, height, width]} at {@code offset}
     */
    public void normalize(byte[] rgb, float[] out, int offset) {
        if (rgb.length % 3 != 0) {
            throw new InvalidInputException(rgb.length + " bytes are no RGB pixels");
        }
        if (offset < 0 || offset > out.length - rgb.length) {
            throw new InvalidInputException(
                    rgb.length + " floats do not fit at offset " + offset + " of an array of " + out.length);
        }
        int plane = rgb.length / 3;
        for (int c = 0; c < 3; c++) {
            float[] levels = table[c];
            int o = offset + c * plane;
            for (int i = c; i < rgb.length; i += 3) {
                out[o++] = levels[rgb[i] & 0xff];
            }
        }
    }

    /** What {@link #normalize} makes of each level: {@code float32 [3, 256]}, channel by level. A copy. */
    public float[][] table() {
        return new float[][] {table[0].clone(), table[1].clone(), table[2].clone()};
    }

    private byte[] inRgb(RowSource rows, Geometry geometry) {
        Window window = geometry.window();
        byte[] pixels;
        if (window.width() == rows.width() && window.height() == rows.height()) {
            pixels = SeparableResize.copy(rows, window);
        } else if (spec.resampling() == Resampling.NEAREST) {
            pixels = torchvision ? NearestResize.torchvision(rows, window) : NearestResize.pillow(rows, window);
        } else if (torchvision) {
            pixels = SeparableResize.torchvision(rows, window, spec.resampling());
        } else {
            pixels = SeparableResize.pillow(rows, window, spec.resampling(), spec.passOrder());
        }
        return padded(pixels, geometry, new byte[3]);
    }

    private byte[] inNativeMode(DecodedImage image, Geometry geometry) {
        Window window = geometry.window();
        PixelMode mode = image.mode();
        int bytes = mode.bytesPerPixel();
        RowSource rows = RowSource.of(image.pixels(), image.width(), image.height(), bytes);
        Resampling filter = nativeFilter(mode);
        byte[] pixels;
        if (window.width() == image.width() && window.height() == image.height()) {
            pixels = SeparableResize.copy(rows, window);
        } else if (filter == Resampling.NEAREST) {
            pixels = NearestResize.pillow(rows, window);
        } else if (mode == PixelMode.I16) {
            pixels = SixteenBitResize.pillow(rows, window, filter, spec.passOrder());
        } else if (mode == PixelMode.LA || mode == PixelMode.RGBA) {
            pixels = SeparableResize.pillow(new PremultipliedRows(rows), window, filter, spec.passOrder());
            PremultipliedRows.undo(pixels, bytes);
        } else {
            pixels = SeparableResize.pillow(rows, window, filter, spec.passOrder());
        }
        byte[] whole = padded(pixels, geometry, fill(mode));
        return image.withPixels(geometry.width(), geometry.height(), whole).toRgb();
    }

    private Resampling nativeFilter(PixelMode mode) {
        if (mode == PixelMode.BILEVEL || mode == PixelMode.P) {
            return Resampling.NEAREST;
        }
        // open_clip does not hand its interpolation on to the resize of non-square targets.
        boolean keepsRatio = spec.profile() == PreprocessProfile.OPEN_CLIP
                && spec.resize()
                        .filter(r -> r.mode() == ResizeMode.SHORTEST
                                && r.size().height() != r.size().width())
                        .isPresent();
        return keepsRatio ? Resampling.BICUBIC : spec.resampling();
    }

    /** One pixel of padding in the image's own mode. */
    private byte[] fill(PixelMode mode) {
        boolean longest = spec.resize()
                .filter(resize -> resize.mode() == ResizeMode.LONGEST)
                .isPresent();
        byte[] pixel = new byte[mode.bytesPerPixel()];
        int level = longest ? spec.fillColor() : 0;
        for (int c = 0; c < pixel.length; c++) {
            pixel[c] = (byte) level;
        }
        if (mode == PixelMode.BILEVEL) {
            pixel[0] = (byte) (level == 0 ? 0 : 255);
        } else if (mode == PixelMode.I16) {
            pixel[1] = 0;
        }
        return pixel;
    }

    private static byte[] padded(byte[] pixels, Geometry geometry, byte[] fill) {
        if (!geometry.padded()) {
            return pixels;
        }
        int bytes = fill.length;
        byte[] whole = new byte[Math.multiplyExact(geometry.width() * bytes, geometry.height())];
        for (int i = 0; i < whole.length; i++) {
            whole[i] = fill[i % bytes];
        }
        int rowBytes = geometry.window().columns() * bytes;
        for (int y = 0; y < geometry.window().rows(); y++) {
            int at = ((y + geometry.padTop()) * geometry.width() + geometry.padLeft()) * bytes;
            System.arraycopy(pixels, y * rowBytes, whole, at, rowBytes);
        }
        return whole;
    }

    /** The image as RGB, converted row by row. */
    private record RgbRows(DecodedImage image, boolean onWhite) implements RowSource {
        @Override
        public int width() {
            return image.width();
        }

        @Override
        public int height() {
            return image.height();
        }

        @Override
        public int channels() {
            return 3;
        }

        @Override
        public void read(int y, int from, int to, byte[] out) {
            if (onWhite) {
                image.rgbOnWhiteRow(y, from, to, out, 0);
            } else {
                image.rgbRow(y, from, to, out, 0);
            }
        }
    }
}
