package dev.clipjet.preprocess;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clipjet.model.PassOrder;
import dev.clipjet.model.PreprocessProfile;
import dev.clipjet.model.PreprocessSpec;
import dev.clipjet.model.PreprocessSpec.Resize;
import dev.clipjet.model.PreprocessSpec.ResizeMode;
import dev.clipjet.model.PreprocessSpec.Rgb;
import dev.clipjet.model.PreprocessSpec.Size;
import dev.clipjet.model.Resampling;
import dev.clipjet.tests.support.Golden;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/** The folder of pixels and floats that the original libraries computed. */
final class PreprocessGolden {

    final Path folder;
    final JsonNode index;

    private PreprocessGolden(Path folder, JsonNode index) {
        this.folder = folder;
        this.index = index;
    }

    /** Skips the test, loudly, when the folder is missing. */
    static PreprocessGolden open() {
        Path folder = Golden.folder("preprocess");
        return new PreprocessGolden(folder, Golden.json(folder.resolve("index.json")));
    }

    JsonNode image(String name) {
        return index.get("images").get(name);
    }

    Path file(JsonNode image) {
        return folder.resolve(image.get("file").asText());
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** What {@code Image.tobytes()} returns: as stored, with mode 1 packed to bits. */
    static byte[] nativeBytes(DecodedImage image) {
        if (image.mode() != PixelMode.BILEVEL) {
            return image.pixels();
        }
        int rowBytes = (image.width() + 7) / 8;
        byte[] packed = new byte[rowBytes * image.height()];
        for (int y = 0; y < image.height(); y++) {
            for (int x = 0; x < image.width(); x++) {
                if (image.pixels()[y * image.width() + x] != 0) {
                    packed[y * rowBytes + x / 8] |= (byte) (0x80 >> (x % 8));
                }
            }
        }
        return packed;
    }

    /** The pixels that the original decoder made of a lossy file, in the mode that the pipelines got. */
    DecodedImage originalDecode(JsonNode image) {
        boolean hasNative = image.hasNonNull("decoded_native");
        String png = image.get(hasNative ? "decoded_native" : "decoded_rgb").asText();
        DecodedImage decoded = ImageDecoder.decode(folder.resolve(png));
        if (image.get("mode").asText().equals("CMYK")) {
            return DecodedImage.of(PixelMode.CMYK, decoded.width(), decoded.height(), decoded.pixels());
        }
        return decoded;
    }

    static PreprocessSpec spec(JsonNode testCase, PassOrder order) {
        String profile = testCase.get("profile").asText();
        JsonNode config = testCase.get("config");
        if (profile.equals("openai-pil")) {
            Size size = Size.square(config.get("n_px").asInt());
            return spec(
                    PreprocessProfile.OPENAI_PIL,
                    Optional.of(new Resize(ResizeMode.SHORTEST, size)),
                    Resampling.BICUBIC,
                    Optional.of(size),
                    1.0 / 255,
                    PreprocessSpec.OPENAI_MEAN,
                    PreprocessSpec.OPENAI_STD,
                    0,
                    order);
        }
        if (profile.startsWith("open-clip")) {
            JsonNode s = config.get("size");
            Size size = s.isArray() ? new Size(s.get(0).asInt(), s.get(1).asInt()) : Size.square(s.asInt());
            ResizeMode mode =
                    ResizeMode.valueOf(config.get("resize_mode").asText().toUpperCase(java.util.Locale.ROOT));
            return spec(
                    PreprocessProfile.OPEN_CLIP,
                    Optional.of(new Resize(mode, size)),
                    config.get("interpolation").asText().equals("bicubic") ? Resampling.BICUBIC : Resampling.BILINEAR,
                    Optional.of(size),
                    1.0 / 255,
                    rgb(config.get("mean")),
                    rgb(config.get("std")),
                    config.get("fill_color").asInt(),
                    order);
        }
        Optional<Resize> resize = Optional.empty();
        if (config.get("do_resize").asBoolean()) {
            JsonNode size = config.get("size");
            resize = Optional.of(
                    size.has("shortest_edge")
                            ? new Resize(
                                    ResizeMode.SHORTEST,
                                    Size.square(size.get("shortest_edge").asInt()))
                            : new Resize(ResizeMode.SQUASH, size(size)));
        }
        Optional<Size> crop = config.path("do_center_crop").asBoolean(false)
                ? Optional.of(size(config.get("crop_size")))
                : Optional.empty();
        return spec(
                PreprocessProfile.of(profile),
                resize,
                Resampling.values()[config.get("resample").asInt()],
                crop,
                config.get("rescale_factor").asDouble(),
                rgb(config.get("image_mean")),
                rgb(config.get("image_std")),
                0,
                order);
    }

    private static PreprocessSpec spec(
            PreprocessProfile profile,
            Optional<Resize> resize,
            Resampling resampling,
            Optional<Size> crop,
            double factor,
            Rgb mean,
            Rgb std,
            int fill,
            PassOrder order) {
        return new PreprocessSpec(profile, "golden", resize, resampling, crop, factor, mean, std, fill, order);
    }

    private static Size size(JsonNode node) {
        return new Size(node.get("height").asInt(), node.get("width").asInt());
    }

    private static Rgb rgb(JsonNode node) {
        return new Rgb(
                node.get(0).asDouble(), node.get(1).asDouble(), node.get(2).asDouble());
    }
}
