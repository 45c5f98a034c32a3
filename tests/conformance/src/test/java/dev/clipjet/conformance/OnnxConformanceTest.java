package dev.clipjet.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.convert.Conversion;
import dev.clipjet.convert.ConversionListener;
import dev.clipjet.convert.ConversionOptions;
import dev.clipjet.convert.ModelSource;
import dev.clipjet.convert.TargetFormat;
import dev.clipjet.cpu.CpuEngine;
import dev.clipjet.engine.Engine;
import dev.clipjet.graph.PooledToken;
import dev.clipjet.model.ImageTower;
import dev.clipjet.model.PreprocessSpec;
import dev.clipjet.model.TextTower;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.VisionTransformer;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.preprocess.Preprocessor;
import dev.clipjet.tests.support.Golden;
import dev.clipjet.weights.Checkpoint;
import dev.clipjet.weights.CheckpointOptions;
import dev.clipjet.weights.safetensors.SafetensorsFile;
import dev.clipjet.weights.synth.SynthArchitecture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Models exported to ONNX and run by ONNX Runtime against the CPU engine and against the original libraries: an
 * independent implementation of the whole forward pass, with every option that the towers have.
 */
class OnnxConformanceTest {
    /** Distance of engine and ONNX Runtime over the norm of the row; both compute in F32. */
    private static final double ENGINE_TOLERANCE = 1e-5;

    private static final double TRUTH_TOLERANCE = 2e-5;

    @TempDir
    Path temp;

    record Case(Path model, CheckpointOptions options) {
        @Override
        public String toString() {
            return model.getFileName().toString().equals("model.pt")
                    ? model.getParent().getFileName().toString()
                    : model.getFileName().toString();
        }

        Path io() {
            return (Files.isDirectory(model) ? model : model.getParent()).resolve("io.safetensors");
        }
    }

    static Stream<Case> cases() {
        Stream<Case> checkpoints = Stream.of("openai-", "openclip-")
                .flatMap(prefix -> CheckpointCase.all(prefix).stream())
                .filter(model -> !model.isLater())
                .map(model -> new Case(
                        Files.exists(model.directory().resolve("open_clip_config.json"))
                                ? model.directory()
                                : model.directory().resolve("model.pt"),
                        model.options()));
        Stream<Case> directories = Golden.folders("hf-", "io.safetensors").stream()
                .map(Golden::folder)
                .filter(path ->
                        !Golden.json(path.resolve("case.json")).path("later").booleanValue())
                .map(path -> new Case(path, CheckpointOptions.NONE));
        return Stream.concat(checkpoints, directories);
    }

    private Path export(Checkpoint checkpoint, ConversionOptions options) throws Exception {
        Path folder = temp.resolve("onnx");
        new Conversion(ModelSource.of(checkpoint), folder, options).run(ConversionListener.NONE);
        return folder;
    }

    private static ConversionOptions options() {
        return ConversionOptions.of(TargetFormat.ONNX, context -> Map.of());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyReferenceModelAnswersAsTheEngineAndTheOriginal(Case model) throws Exception {
        try (Checkpoint checkpoint = Checkpoint.open(model.model(), model.options());
                Engine engine = CpuEngine.open(checkpoint, 1);
                SafetensorsFile io = SafetensorsFile.open(model.io())) {
            Path folder = export(checkpoint, options());
            Reference reference = new Reference(io);
            if (checkpoint.spec().vision().isPresent()) {
                ImageTower vision = checkpoint.spec().vision().orElseThrow();
                float[] pixels = reference.floats("pixel_values");
                int images = reference.rows("pixel_values");
                try (OnnxTower tower = new OnnxTower(folder.resolve("vision_model.onnx"))) {
                    float[][] features = tower.images(pixels, images, vision.imageSize());
                    assertClose(features, engine.embedImages(pixels, images));
                    assertThat(reference.error("image_features", features)).isLessThan(TRUTH_TOLERANCE);
                }
            }
            if (checkpoint.spec().text().isPresent()) {
                TextTower text = checkpoint.spec().text().orElseThrow();
                int[][] ids = reference.ids("input_ids");
                try (OnnxTower tower = new OnnxTower(folder.resolve("text_model.onnx"))) {
                    float[][] features = tower.texts(ids);
                    assertClose(features, engine.embedTexts(cut(text, ids)));
                    assertThat(reference.error("text_features", features)).isLessThan(TRUTH_TOLERANCE);
                }
            }
        }
    }

    private static List<int[]> cut(TextTower text, int[][] ids) {
        return Arrays.stream(ids).map(row -> PooledToken.cut(text, row)).toList();
    }

    private static void assertClose(float[][] actual, float[][] expected) {
        assertThat(actual).hasDimensions(expected.length, expected[0].length);
        assertThat(error(actual, expected)).isLessThan(ENGINE_TOLERANCE);
    }

    /** Largest distance of rows over the norm of the expected row. */
    private static double error(float[][] actual, float[][] expected) {
        double worst = 0;
        for (int i = 0; i < expected.length; i++) {
            double difference = 0;
            double norm = 0;
            for (int j = 0; j < expected[i].length; j++) {
                difference += Math.pow((double) actual[i][j] - expected[i][j], 2);
                norm += Math.pow(expected[i][j], 2);
            }
            assertThat(norm).isPositive();
            worst = Math.max(worst, Math.sqrt(difference / norm));
        }
        return worst;
    }

    /** Weights of 16 bits are converted in the graph: the answer is that of the same weights in F32. */
    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16"})
    void storedTypesAreConvertedInTheGraph(ElementType type) throws Exception {
        Path rounded = temp.resolve("rounded");
        try (Checkpoint checkpoint = Checkpoint.open(Golden.folder("hf-vit-gelu"))) {
            ConversionOptions hf =
                    ConversionOptions.of(TargetFormat.HF, context -> Map.of()).withDtype(type);
            new Conversion(ModelSource.of(checkpoint), rounded, hf).run(ConversionListener.NONE);
        }
        try (Checkpoint checkpoint = Checkpoint.open(rounded);
                Engine engine = CpuEngine.open(checkpoint, 1)) {
            Path folder = export(checkpoint, options());
            compareOnRandomInput(checkpoint, engine, folder, 3);
            assertThat(Files.size(folder.resolve("vision_model.onnx")))
                    .isLessThan(Files.size(Golden.folder("hf-vit-gelu").resolve("model.safetensors")));
        }
    }

    @Test
    void largeWeightsLieInAFileOfTheirOwn() throws Exception {
        try (Checkpoint checkpoint = Checkpoint.open(Golden.folder("hf-vit-quickgelu"));
                Engine engine = CpuEngine.open(checkpoint, 1)) {
            Path folder = export(checkpoint, options().withFileBytes(1));
            assertThat(Files.size(folder.resolve("vision_model.onnx")))
                    .isLessThan(Files.size(folder.resolve("vision_model.onnx_data")));
            assertThat(folder.resolve("text_model.onnx_data")).exists();
            compareOnRandomInput(checkpoint, engine, folder, 2);
            try (OnnxTower tower = new OnnxTower(folder.resolve("text_model.onnx"))) {
                assertThat(Float.parseFloat(tower.metadata("logit_scale"))).isEqualTo(checkpoint.logitScale());
            }
        }
    }

    @Test
    void aModelOfFullSizeAnswersAsTheEngine() throws Exception {
        Path directory = temp.resolve("hf");
        ModelSource synthetic = ModelSource.synthetic(SynthArchitecture.VIT_B_32, "", ElementType.F16);
        new Conversion(synthetic, directory, ConversionOptions.of(TargetFormat.HF, context -> Map.of()))
                .run(ConversionListener.NONE);
        try (Checkpoint checkpoint = Checkpoint.open(directory);
                Engine engine = CpuEngine.open(checkpoint, 2)) {
            Path folder = export(checkpoint, options().withDtype(ElementType.F32));
            compareOnRandomInput(checkpoint, engine, folder, 2);
        }
    }

    /** The same weights in the original, in double precision. */
    @Test
    void aResNetOfFullSizeAnswersAsTheOriginal() throws Exception {
        Path folder = temp.resolve("onnx");
        ModelSource synthetic = ModelSource.synthetic(SynthArchitecture.RN50, "", ElementType.F32);
        new Conversion(synthetic, folder, options()).run(ConversionListener.NONE);
        int side = SynthArchitecture.RN50.imageSize();
        PreprocessSpec spec = synthetic.spec().preprocess().orElseThrow();
        try (SafetensorsFile io =
                        SafetensorsFile.open(Golden.folder("synth/rn50").resolve("io.safetensors"));
                OnnxTower tower = new OnnxTower(folder.resolve("vision_model.onnx"))) {
            Reference reference = new Reference(io);
            byte[] bytes = reference.bytes("pixels_uint8");
            int images = reference.rows("pixels_uint8");
            int size = 3 * side * side;
            float[] pixels = new float[images * size];
            for (int i = 0; i < images; i++) {
                Preprocessor.of(spec).normalize(Arrays.copyOfRange(bytes, i * size, (i + 1) * size), pixels, i * size);
            }
            assertThat(reference.error("image_features", tower.images(pixels, images, side)))
                    .isLessThan(TRUTH_TOLERANCE);
        }
    }

    private static void compareOnRandomInput(Checkpoint checkpoint, Engine engine, Path folder, int batch)
            throws Exception {
        Random random = new Random(7);
        VisionTransformer vision =
                checkpoint.spec().vision().map(VisionTransformer.class::cast).orElseThrow();
        float[] pixels = new float[batch * 3 * vision.imageSize() * vision.imageSize()];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) random.nextGaussian();
        }
        TextTransformer text =
                checkpoint.spec().text().map(TextTransformer.class::cast).orElseThrow();
        int[][] ids = new int[batch][text.contextLength()];
        for (int[] row : ids) {
            Arrays.fill(row, text.endTokenId());
            int length = 1 + random.nextInt(text.contextLength() - 1);
            for (int i = 0; i < length; i++) {
                row[i] = random.nextInt(text.endTokenId());
            }
        }
        double image;
        double texts;
        try (OnnxTower tower = new OnnxTower(folder.resolve("vision_model.onnx"))) {
            image = error(tower.images(pixels, batch, vision.imageSize()), engine.embedImages(pixels, batch));
        }
        try (OnnxTower tower = new OnnxTower(folder.resolve("text_model.onnx"))) {
            texts = error(tower.texts(ids), engine.embedTexts(cut(text, ids)));
        }
        System.out.printf(
                "ONNX Runtime and the engine, width %d: image %.1e, text %.1e%n",
                vision.blocks().width(), image, texts);
        assertThat(image).isLessThan(ENGINE_TOLERANCE);
        assertThat(texts).isLessThan(ENGINE_TOLERANCE);
    }
}
