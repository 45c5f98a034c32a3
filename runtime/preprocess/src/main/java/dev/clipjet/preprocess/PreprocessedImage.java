package dev.clipjet.preprocess;

import dev.clipjet.error.InvalidInputException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import javax.imageio.ImageIO;

/**
 * A photo after resize, crop and conversion to RGB, before the conversion to float.
 *
 * @param width in pixels
 * @param height in pixels
 * @param rgb {@code uint8 [height, width, 3]}
 */
@SuppressWarnings("ArrayRecordComponent") // a view of pixels, compared by nobody
public record PreprocessedImage(int width, int height, byte[] rgb) {
    public PreprocessedImage {
        if (width <= 0 || height <= 0 || rgb.length != 3L * width * height) {
            throw new InvalidInputException("an RGB image of " + width + "x" + height + " pixels has "
                    + 3L * width * height + " bytes, got " + rgb.length);
        }
    }

    /** Writes the pixels as a PNG file. The stream stays open. */
    public void writePng(OutputStream out) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        int[] row = new int[width];
        for (int y = 0, i = 0; y < height; y++) {
            for (int x = 0; x < width; x++, i += 3) {
                row[x] = (rgb[i] & 0xff) << 16 | (rgb[i + 1] & 0xff) << 8 | (rgb[i + 2] & 0xff);
            }
            image.setRGB(0, y, width, 1, row, 0, width);
        }
        ImageIO.write(image, "png", out);
    }
}
