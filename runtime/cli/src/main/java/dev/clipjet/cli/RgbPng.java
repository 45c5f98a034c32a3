package dev.clipjet.cli;

import dev.clipjet.preprocess.PreprocessedImage;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import javax.imageio.ImageIO;

/** RGB pixels as PNG files and as hashes. */
final class RgbPng {
    private RgbPng() {}

    static void write(PreprocessedImage image, Path file) throws IOException {
        if (!ImageIO.write(toBufferedImage(image.width(), image.height(), image.rgb()), "png", file.toFile())) {
            throw new IOException(file + ": this Java writes no PNG");
        }
    }

    /** @param rgb {@code uint8 [height, width, 3]} */
    static BufferedImage toBufferedImage(int width, int height, byte[] rgb) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        int[] row = new int[width];
        for (int y = 0, i = 0; y < height; y++) {
            for (int x = 0; x < width; x++, i += 3) {
                row[x] = (rgb[i] & 0xff) << 16 | (rgb[i + 1] & 0xff) << 8 | rgb[i + 2] & 0xff;
            }
            image.getRaster().setDataElements(0, y, width, 1, row);
        }
        return image;
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The image's name with the ending {@code .png}, numbered where it is taken. */
    static String fileName(String image, Set<String> taken) {
        String name = Path.of(image).getFileName().toString();
        String stem = name.lastIndexOf('.') > 0 ? name.substring(0, name.lastIndexOf('.')) : name;
        String candidate = stem + ".png";
        for (int i = 2; !taken.add(candidate); i++) {
            candidate = stem + "-" + i + ".png";
        }
        return candidate;
    }
}
