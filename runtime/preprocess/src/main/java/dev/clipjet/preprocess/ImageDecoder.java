package dev.clipjet.preprocess;

import dev.clipjet.error.ImageFormatException;
import dev.clipjet.error.ImageFormatException.Kind;
import dev.clipjet.error.InvalidInputException;
import dev.clipjet.input.FileTooLargeException;
import dev.clipjet.input.InputFiles;
import dev.clipjet.input.NotRegularFileException;
import dev.clipjet.preprocess.decode.BmpDecoder;
import dev.clipjet.preprocess.decode.Decoded;
import dev.clipjet.preprocess.decode.GifDecoder;
import dev.clipjet.preprocess.decode.ImageBytes;
import dev.clipjet.preprocess.decode.JpegDecoder;
import dev.clipjet.preprocess.decode.PngDecoder;
import dev.clipjet.preprocess.decode.TiffDecoder;
import dev.clipjet.preprocess.decode.WebpDecoder;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Photos to pixels, the same on every JDK and equal to Pillow's. The format is told from the content, never from the
 * name. Of an animation, the first frame is decoded.
 *
 * <p>Every fault of a file is an {@link ImageFormatException}; memory is checked against {@link DecodeOptions} before it
 * is allocated.
 */
public final class ImageDecoder {

    private ImageDecoder() {}

    public static DecodedImage decode(Path file) {
        return decode(file, DecodeOptions.DEFAULT);
    }

    public static DecodedImage decode(Path file, DecodeOptions options) {
        return decode(file, options, DecodeMemory.Share.ALONE);
    }

    /** @param share waits where memory is short, and holds what the image takes until it is closed */
    public static DecodedImage decode(Path file, DecodeOptions options, DecodeMemory.Share share) {
        byte[] data;
        try {
            long size = InputFiles.size(file);
            if (size <= options.maxBytes()) {
                share.takeForFile(size, file.toString());
            }
            data = InputFiles.read(file, options.maxBytes());
        } catch (FileTooLargeException e) {
            throw new ImageFormatException(Kind.LIMIT, file, e.problem(), e);
        } catch (NotRegularFileException e) {
            throw new ImageFormatException(Kind.MISSING, file, e.problem(), e);
        } catch (IOException e) {
            throw new ImageFormatException(Kind.MISSING, file, "cannot be read: " + e, e);
        }
        return decode(data, file.toString(), options, share);
    }

    /** @param name what errors call the image */
    public static DecodedImage decode(byte[] data, String name) {
        return decode(data, name, DecodeOptions.DEFAULT);
    }

    /** @param name what errors call the image */
    public static DecodedImage decode(byte[] data, String name, DecodeOptions options) {
        return decode(data, name, options, DecodeMemory.Share.ALONE);
    }

    /**
     * @param name what errors call the image
     * @param share waits where memory is short, and holds what the image takes until it is closed
     */
    public static DecodedImage decode(byte[] data, String name, DecodeOptions options, DecodeMemory.Share share) {
        Objects.requireNonNull(data, "data");
        Objects.requireNonNull(options, "options");
        ImageBytes in = new ImageBytes(data, name, options, share);
        Decoded decoded;
        try {
            decoded = decode(in);
        } catch (IndexOutOfBoundsException | NegativeArraySizeException | ArithmeticException e) {
            // The decoders check what they read; this is for the fault nobody thought of.
            throw new ImageFormatException(
                    Kind.MALFORMED, name, "the data contradicts itself (" + e.getMessage() + ")", e);
        } catch (OutOfMemoryError e) {
            throw new ImageFormatException(Kind.LIMIT, name, "not enough memory is free to decode the image", e);
        }
        DecodedImage image = decoded.image();
        if (in.damage() != null) {
            image = image.withDamage(in.damage());
        }
        if (!options.applyExifOrientation() || decoded.orientation() == 1) {
            return image;
        }
        share.take(image.pixels().length, name);
        return image.upright(decoded.orientation());
    }

    private static Decoded decode(ImageBytes in) {
        if (JpegDecoder.accepts(in)) {
            return JpegDecoder.decode(in);
        }
        if (PngDecoder.accepts(in)) {
            return PngDecoder.decode(in);
        }
        if (GifDecoder.accepts(in)) {
            return GifDecoder.decode(in);
        }
        if (WebpDecoder.accepts(in)) {
            return WebpDecoder.decode(in);
        }
        if (BmpDecoder.accepts(in)) {
            return BmpDecoder.decode(in);
        }
        if (TiffDecoder.accepts(in)) {
            return TiffDecoder.decode(in);
        }
        if (in.length() == 0) {
            throw in.error(Kind.TRUNCATED, "the file is empty");
        }
        throw in.error(Kind.UNRECOGNIZED, "no JPEG, PNG, GIF, WebP, BMP or TIFF image");
    }

    /**
     * An image that the caller has decoded already. Gray images keep their samples, indexed ones are expanded, all others
     * go through {@link BufferedImage#getRGB}.
     */
    public static DecodedImage of(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        int type = image.getType();
        // getRGB would put gray through a color space conversion.
        if (type == BufferedImage.TYPE_BYTE_GRAY || type == BufferedImage.TYPE_USHORT_GRAY) {
            boolean wide = type == BufferedImage.TYPE_USHORT_GRAY;
            int bytes = wide ? 2 : 1;
            byte[] pixels = new byte[size(width, height, bytes)];
            int[] row = new int[width];
            for (int y = 0; y < height; y++) {
                image.getRaster().getSamples(0, y, width, 1, 0, row);
                for (int x = 0; x < width; x++) {
                    int o = (y * width + x) * bytes;
                    pixels[o] = (byte) row[x];
                    if (wide) {
                        pixels[o + 1] = (byte) (row[x] >> 8);
                    }
                }
            }
            return DecodedImage.of(wide ? PixelMode.I16 : PixelMode.L, width, height, pixels);
        }
        boolean alpha = image.getColorModel().hasAlpha();
        int bytes = alpha ? 4 : 3;
        byte[] pixels = new byte[size(width, height, bytes)];
        int[] row = new int[width];
        int o = 0;
        for (int y = 0; y < height; y++) {
            image.getRGB(0, y, width, 1, row, 0, width);
            for (int argb : row) {
                pixels[o++] = (byte) (argb >> 16);
                pixels[o++] = (byte) (argb >> 8);
                pixels[o++] = (byte) argb;
                if (alpha) {
                    pixels[o++] = (byte) (argb >> 24);
                }
            }
        }
        return DecodedImage.of(alpha ? PixelMode.RGBA : PixelMode.RGB, width, height, pixels);
    }

    private static int size(int width, int height, int bytes) {
        long size = (long) width * height * bytes;
        if (size > Integer.MAX_VALUE - 8) {
            throw new InvalidInputException("an image of " + width + "x" + height + " pixels does not fit one array");
        }
        return (int) size;
    }
}
