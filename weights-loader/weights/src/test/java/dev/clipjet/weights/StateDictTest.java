package dev.clipjet.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.files.Existing;
import dev.clipjet.files.ProtectedFiles;
import dev.clipjet.model.PreprocessProfile;
import dev.clipjet.model.TensorNames;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.VisionTransformer;
import dev.clipjet.numeric.Activation;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Weight files without configuration: what their shapes tell, and what is refused. */
class StateDictTest {
    private static final CheckpointOptions QUICK = CheckpointOptions.NONE.withActivation(Activation.QUICK_GELU);

    /** Shapes by name; weights of matrices can have another type than the rest. */
    private final Map<String, List<Long>> tensors = new LinkedHashMap<>();

    private ElementType matrices = ElementType.F32;
    private String fileName = "model.safetensors";

    @TempDir
    Path temp;

    StateDictTest() {
        put("visual.conv1.weight", 64, 3, 2, 2);
        put("visual.class_embedding", 64);
        put("visual.positional_embedding", 10, 64);
        norm("visual.ln_pre");
        norm("visual.ln_post");
        put("visual.proj", 64, 16);
        block("visual.transformer.resblocks.0.");
        block("visual.transformer.resblocks.1.");
        put("token_embedding.weight", 30, 64);
        put("positional_embedding", 7, 64);
        block("transformer.resblocks.0.");
        norm("ln_final");
        put("text_projection", 64, 16);
        put("logit_scale");
    }

    private void put(String name, long... shape) {
        List<Long> sizes = new ArrayList<>();
        for (long size : shape) {
            sizes.add(size);
        }
        tensors.put(name, sizes);
    }

    private void norm(String name) {
        put(name + ".weight", 64);
        put(name + ".bias", 64);
    }

    private void block(String prefix) {
        norm(prefix + "ln_1");
        norm(prefix + "ln_2");
        put(prefix + "attn.in_proj_weight", 192, 64);
        put(prefix + "attn.in_proj_bias", 192);
        put(prefix + "attn.out_proj.weight", 64, 64);
        put(prefix + "attn.out_proj.bias", 64);
        put(prefix + "mlp.c_fc.weight", 256, 64);
        put(prefix + "mlp.c_fc.bias", 256);
        put(prefix + "mlp.c_proj.weight", 64, 256);
        put(prefix + "mlp.c_proj.bias", 64);
    }

    private Path written() throws IOException {
        Path file = temp.resolve(fileName);
        List<SafetensorsWriter.Declaration> declarations = new ArrayList<>();
        tensors.forEach((name, shape) -> declarations.add(
                new SafetensorsWriter.Declaration(name, shape.size() >= 2 ? matrices : ElementType.F32, shape)));
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(file, Map.of(), declarations, Existing.REPLACE, ProtectedFiles.none())) {
            for (SafetensorsWriter.Declaration declaration : declarations) {
                writer.write(declaration.name(), 0, ByteBuffer.allocate((int) declaration.bytes()));
            }
            writer.finish();
        }
        return file;
    }

    private ModelFormatException refusal(CheckpointOptions options) throws IOException {
        Path file = written();
        ModelFormatException error = catchThrowableOfType(
                ModelFormatException.class, () -> Checkpoint.open(file, options).close());
        assertThat(error).as("no error").isNotNull();
        assertThat(error.file()).isEqualTo(file.toString());
        return error;
    }

    @Test
    void theShapesTellTheArchitecture() throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(written(), QUICK)) {
            VisionTransformer vision = checkpoint
                    .spec()
                    .vision()
                    .map(VisionTransformer.class::cast)
                    .orElseThrow();
            assertThat(vision.imageSize()).isEqualTo(6);
            assertThat(vision.patchSize()).isEqualTo(2);
            assertThat(vision.projectionDim()).isEqualTo(16);
            assertThat(vision.blocks().layers()).isEqualTo(2);
            assertThat(vision.blocks().heads()).isEqualTo(1);
            assertThat(vision.blocks().mlpWidth()).isEqualTo(256);
            TextTransformer text =
                    checkpoint.spec().text().map(TextTransformer.class::cast).orElseThrow();
            assertThat(text.vocabSize()).isEqualTo(30);
            assertThat(text.contextLength()).isEqualTo(7);
            assertThat(text.blocks().layers()).isEqualTo(1);
            assertThat(checkpoint.spec().tokenizer()).isEmpty();
            assertThat(checkpoint.spec().preprocess().orElseThrow().profile()).isEqualTo(PreprocessProfile.OPENAI_PIL);
            assertThat(checkpoint
                            .tensor(TensorNames.vision().projectionWeight())
                            .shape())
                    .containsExactly(16L, 64L);
        }
    }

    @Test
    void theMixtureOfTypesThatOpenAiMakesMeansQuickGelu() throws IOException {
        matrices = ElementType.F16;
        try (Checkpoint checkpoint = Checkpoint.open(written())) {
            assertThat(checkpoint.spec().family()).isEqualTo("OpenAI CLIP");
            assertThat(checkpoint
                            .spec()
                            .vision()
                            .map(VisionTransformer.class::cast)
                            .orElseThrow()
                            .blocks()
                            .activation())
                    .isEqualTo(Activation.QUICK_GELU);
        }
        // Something that only open_clip has: no model of OpenAI.
        put("logit_bias");
        assertThat(refusal(CheckpointOptions.NONE)).hasMessageContaining("--activation");
    }

    @Test
    void aPublishedTagInTheNameTellsActivationAndPreprocessing() throws IOException {
        fileName = "ViT-L-14-laion2B-s32B-b82K.safetensors";
        try (Checkpoint checkpoint = Checkpoint.open(written())) {
            assertThat(checkpoint
                            .spec()
                            .text()
                            .map(TextTransformer.class::cast)
                            .orElseThrow()
                            .blocks()
                            .activation())
                    .isEqualTo(Activation.GELU);
            assertThat(checkpoint.spec().preprocess().orElseThrow().profile()).isEqualTo(PreprocessProfile.OPEN_CLIP);
            assertThat(checkpoint.spec().preprocess().orElseThrow().mean().r()).isEqualTo(0.5);
            assertThat(checkpoint.spec().notes()).anyMatch(note -> note.contains("laion2b_s32b_b82k"));
        }
    }

    @Test
    void wrappersOfTrainingAreTakenOff() throws IOException {
        Map<String, List<Long>> wrapped = new LinkedHashMap<>();
        tensors.forEach((name, shape) -> wrapped.put("module._orig_mod." + name, shape));
        tensors.clear();
        tensors.putAll(wrapped);
        try (Checkpoint checkpoint = Checkpoint.open(written(), QUICK)) {
            assertThat(checkpoint.tensors()).extracting(StoredTensor::name).contains("visual.conv1.weight");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            visual.conv1.weight                              | 64 3 2       | MALFORMED         | expected 4 sizes
            visual.conv1.weight                              | 0 3 2 2      | LIMIT             | sizes from 1 to
            visual.conv1.weight                              | 64 4 2 2     | MALFORMED         | calls for [64, 3, 2, 2]
            visual.conv1.weight                              | 100 3 2 2    | BAD_CONFIGURATION | width 100
            visual.positional_embedding                      | 11 64        | MALFORMED         | square grid
            visual.positional_embedding                      | 1 64         | MALFORMED         | square grid
            visual.proj                                      | 32 16        | MALFORMED         | calls for [64, 16]
            visual.transformer.resblocks.0.mlp.c_fc.weight   | 256          | MALFORMED         | expected 2 sizes
            visual.transformer.resblocks.1.mlp.c_fc.weight   | 128 64       | MALFORMED         | calls for [256, 64]
            visual.transformer.resblocks.7.ln_1.weight       | 64           | MALFORMED         | resblocks.2.ln_1.weight
            visual.transformer.resblocks.x.ln_1.weight       | 64           | MALFORMED         | resblocks.2.ln_1.weight
            transformer.resblocks.0.attn.in_proj_weight      | 64 64        | MALFORMED         | calls for [192, 64]
            token_embedding.weight                           | 30 32        | MALFORMED         | calls for [30, 64]
            positional_embedding                             | 7            | MALFORMED         | expected 2 sizes
            ln_final.weight                                  | 100          | BAD_CONFIGURATION | width 100
            text_projection                                  | 64           | MALFORMED         | expected 2 sizes
            logit_scale                                      | 2            | MALFORMED         | expected a single number
            visual.layer1.0.conv1.weight                     | 1            | MALFORMED         | stage 2 of the image tower has 0 blocks
            visual.transformer.resblocks.0.attn.ln_q.weight  | 64           | UNSUPPORTED       | norms and scales
            """)
    void whatDoesNotFitIsNamed(String tensor, String shape, Kind kind, String words) throws IOException {
        List<Long> sizes = new ArrayList<>();
        for (String size : shape.split(" ", -1)) {
            sizes.add(Long.valueOf(size));
        }
        tensors.put(tensor, sizes);
        ModelFormatException error = refusal(QUICK);
        assertThat(error).hasMessageContaining(words);
        assertThat(error.kind()).as(error.getMessage()).isEqualTo(kind);
    }

    @ParameterizedTest
    @CsvSource({
        "visual.conv1.weight,UNSUPPORTED",
        "visual.ln_pre.weight,BAD_CONFIGURATION",
        "visual.positional_embedding,MALFORMED",
        "visual.class_embedding,MALFORMED",
        "ln_final.weight,MALFORMED",
        "token_embedding.weight,MALFORMED",
        "transformer.resblocks.0.mlp.c_fc.weight,MALFORMED",
        "logit_scale,MALFORMED",
    })
    void whatIsMissingIsNamed(String tensor, Kind kind) throws IOException {
        tensors.remove(tensor);
        ModelFormatException error = refusal(QUICK);
        assertThat(error).hasMessageContaining(tensor);
        assertThat(error.kind()).as(error.getMessage()).isEqualTo(kind);
    }

    @Test
    void aTextTowerWithoutBlocksIsNamed() throws IOException {
        tensors.keySet().removeIf(name -> name.startsWith("transformer."));
        assertThat(refusal(QUICK)).hasMessageContaining("has 0 blocks");
    }
}
