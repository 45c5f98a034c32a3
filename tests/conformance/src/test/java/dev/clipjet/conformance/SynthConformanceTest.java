package dev.clipjet.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.Clip;
import dev.clipjet.Scaling;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.preprocess.PreprocessedImage;
import dev.clipjet.tests.support.Golden;
import dev.clipjet.weights.safetensors.SafetensorsFile;
import dev.clipjet.weights.synth.SynthArchitecture;
import dev.clipjet.weights.synth.SynthModel;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Full-size models with weights by formula against features computed in double precision. B/32 and RN50 by default; with {@code
 * -Dclipjet.synth=all} also B/16, L/14, L/14@336, H/14 and the other ResNets, which need up to 4 GB of disk each.
 */
class SynthConformanceTest {
    private static final double TOLERANCE = 2e-5;

    static List<SynthArchitecture> architectures() {
        if (!"all".equals(System.getProperty("clipjet.synth"))) {
            return List.of(SynthArchitecture.of("ViT-B-32"), SynthArchitecture.of("RN50"));
        }
        return Arrays.stream(SynthArchitecture.values())
                .filter(architecture -> Files.exists(golden(architecture)))
                .toList();
    }

    private static Path golden(SynthArchitecture architecture) {
        return Golden.folder("synth").resolve(architecture.label().toLowerCase(Locale.ROOT));
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void features_match_double_precision(SynthArchitecture architecture, @TempDir Path work) throws Exception {
        Path model = work.resolve("model");
        SynthModel.write(architecture, "", ElementType.F32, model);
        try (SafetensorsFile io = SafetensorsFile.open(golden(architecture).resolve("io.safetensors"))) {
            Reference reference = new Reference(io);
            int side = architecture.imageSize();
            byte[] all = reference.bytes("pixels_uint8");
            List<PreprocessedImage> images = new ArrayList<>();
            for (int i = 0; i < reference.rows("pixels_uint8"); i++) {
                int size = 3 * side * side;
                images.add(new PreprocessedImage(side, side, Arrays.copyOfRange(all, i * size, (i + 1) * size)));
            }
            List<int[]> ids = Arrays.asList(reference.ids("input_ids"));
            try (Clip clip = Clip.load(model)) {
                float[][] imageFeatures = clip.embedPreprocessed(images, Scaling.RAW);
                float[][] textFeatures = clip.embedTokenIds(ids, Scaling.RAW);
                double imageError = reference.error("image_features", imageFeatures);
                double textError = reference.error("text_features", textFeatures);
                System.out.printf("%s: image %.1e, text %.1e%n", architecture.label(), imageError, textError);
                assertThat(imageError).isLessThan(TOLERANCE);
                assertThat(textError).isLessThan(TOLERANCE);
                assertThat(reference.errorOfLargest(
                                "logits_per_image",
                                clip.similarity(imageFeatures, textFeatures).logits()))
                        .isLessThan(1e-4);
            }
            if (architecture.label().equals("ViT-B-32")) {
                answersWithASmallHeap(model, images.get(0), work);
            }
        }
    }

    /** 605 MB of weights, a heap of 256 MB. */
    private static void answersWithASmallHeap(Path model, PreprocessedImage pixels, Path work) throws Exception {
        BufferedImage image = new BufferedImage(pixels.width(), pixels.height(), BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < pixels.width() * pixels.height(); i++) {
            int rgb = (pixels.rgb()[3 * i] & 0xff) << 16
                    | (pixels.rgb()[3 * i + 1] & 0xff) << 8
                    | pixels.rgb()[3 * i + 2] & 0xff;
            image.setRGB(i % pixels.width(), i / pixels.width(), rgb);
        }
        Path photo = work.resolve("photo.png");
        ImageIO.write(image, "png", photo.toFile());
        String answer = CommandLineProcess.output(
                "-Xmx256m",
                "classify",
                photo.toString(),
                "--model",
                model.toString(),
                "--label",
                "cat",
                "--label",
                "dog",
                "--json");
        assertThat(answer).contains("\"label\"").contains("\"probability\"");
    }
}
