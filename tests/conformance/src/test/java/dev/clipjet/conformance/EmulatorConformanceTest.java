package dev.clipjet.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clipjet.Clip;
import dev.clipjet.ClipOptions;
import dev.clipjet.Device;
import dev.clipjet.ImageSource;
import dev.clipjet.Precision;
import dev.clipjet.Scaling;
import dev.clipjet.engine.HiddenStates;
import dev.clipjet.model.ImageTower;
import dev.clipjet.preprocess.PreprocessedImage;
import dev.clipjet.tests.support.Golden;
import dev.clipjet.weights.CheckpointOptions;
import dev.clipjet.weights.safetensors.SafetensorsFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every model that the CPU runs, through the launches of the GPU engine on the emulator under all checks, against the original in double
 * precision, in every type that the engine computes in.
 */
class EmulatorConformanceTest {
    private static final double FP32 = 2e-5;

    /** A model with its inputs and outputs. */
    private record Case(Path directory, JsonNode info, Path source, CheckpointOptions options) {
        String name() {
            return directory.getFileName().toString();
        }
    }

    private static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (String name : HuggingFaceConformanceTest.supported()) {
            Path directory = Golden.folder(name);
            cases.add(new Case(
                    directory, Golden.json(directory.resolve("case.json")), directory, CheckpointOptions.NONE));
        }
        Stream.of("openai-", "openclip-")
                .flatMap(prefix -> CheckpointCase.all(prefix).stream())
                .filter(original -> !original.isLater())
                .forEach(each -> cases.add(
                        new Case(each.directory(), each.info(), each.sources().get(0), each.options())));
        return cases;
    }

    @TestFactory
    Stream<DynamicTest> the_kernels_give_the_answers_of_the_original() {
        List<Case> cases = cases();
        assertThat(cases).hasSizeGreaterThanOrEqualTo(40);
        List<DynamicTest> tests = new ArrayList<>();
        for (Precision precision : Precision.values()) {
            for (Case original : cases) {
                tests.add(DynamicTest.dynamicTest(
                        original.name() + " in " + precision.label(), () -> check(original, precision)));
            }
        }
        return tests.stream();
    }

    private static void check(Case original, Precision precision) {
        ClipOptions options = ClipOptions.DEFAULT
                .withDevice(Device.EMULATED)
                .withPrecision(precision)
                .withCheckpoint(original.options());
        try (SafetensorsFile io = SafetensorsFile.open(original.directory().resolve("io.safetensors"));
                Clip clip = Clip.load(original.source(), options)) {
            assertThat(clip.device()).isEqualTo("emulated");
            Reference reference = new Reference(io);
            if (clip.spec().vision().isPresent()) {
                double error = reference.error("image_features", images(original, clip, reference));
                assertThat(error).as("images").isLessThan(tolerance(original, "image_features", precision));
                if (reference.has("hidden.vision_stem") && precision == Precision.FP32) {
                    checkLayers(original, clip, reference);
                }
            }
            if (clip.spec().text().isPresent()) {
                List<int[]> ids = Arrays.asList(reference.ids("input_ids"));
                double error = reference.error("text_features", clip.embedTokenIds(ids, Scaling.RAW));
                assertThat(error).as("texts").isLessThan(tolerance(original, "text_features", precision));
            }
        }
    }

    /** Hidden states of the image tower: those of a ResNet are its stem and its stages. */
    private static void checkLayers(Case original, Clip clip, Reference reference) {
        ImageTower tower = clip.spec().vision().orElseThrow();
        List<String> names = HiddenNames.layers(tower);
        List<HiddenStates> states = preprocessed(original, clip, reference).stream()
                .map(clip::imageHiddenStates)
                .toList();
        for (int layer = 0; layer < names.size(); layer++) {
            int index = layer;
            float[][] rows = states.stream()
                    .map(state ->
                            HiddenNames.asStored(tower, state.layer(index), state.rows(index), state.width(index)))
                    .toArray(float[][]::new);
            assertThat(reference.error("hidden." + names.get(layer), rows))
                    .as(names.get(layer))
                    .isLessThan(FP32);
        }
    }

    private static float[][] images(Case original, Clip clip, Reference reference) {
        return clip.embedPreprocessed(preprocessed(original, clip, reference), Scaling.RAW);
    }

    private static List<PreprocessedImage> preprocessed(Case original, Clip clip, Reference reference) {
        List<PreprocessedImage> images = new ArrayList<>();
        if (reference.has("pixels_uint8")) {
            int side = clip.spec().vision().orElseThrow().imageSize();
            byte[] pixels = reference.bytes("pixels_uint8");
            int size = 3 * side * side;
            for (int i = 0; i * size < pixels.length; i++) {
                images.add(new PreprocessedImage(side, side, Arrays.copyOfRange(pixels, i * size, (i + 1) * size)));
            }
        } else {
            Path folder = original.directory().resolve("images");
            original.info()
                    .get("images")
                    .forEach(file -> images.add(clip.preprocess(ImageSource.of(folder.resolve(file.textValue())))));
        }
        return images;
    }

    /** Twice what the original makes of the same precision; the bound of every float32 engine for float32. */
    private static double tolerance(Case original, String features, Precision precision) {
        if (precision == Precision.FP32) {
            return FP32;
        }
        JsonNode plain = original.info().get("plain_error_against_float64").get(features);
        return 2 * plain.get(precision.label()).doubleValue();
    }
}
