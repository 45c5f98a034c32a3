package dev.clipjet.weights.synth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clipjet.error.InvalidInputException;
import dev.clipjet.model.ImageTower;
import dev.clipjet.model.ModifiedResNet;
import dev.clipjet.model.TensorNames;
import dev.clipjet.model.TextPooling;
import dev.clipjet.model.TokenizerProfile;
import dev.clipjet.model.VisionTransformer;
import dev.clipjet.numeric.Activation;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.tests.support.Golden;
import dev.clipjet.weights.CanonicalTensor;
import dev.clipjet.weights.Checkpoint;
import dev.clipjet.weights.FloatConversion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SynthModelTest {
    @Test
    void firstValuesAreThoseOfTheFormula() {
        long projection = SynthFormula.hash("visual.proj");
        assertThat(SynthFormula.unit(projection, 0)).isEqualTo((float) 0.00827634334564209);
        assertThat(SynthFormula.unit(projection, 1)).isEqualTo((float) -0.04730796813964844);
        assertThat(SynthFormula.unit(projection, 2)).isEqualTo((float) -0.810194730758667);
        assertThat(SynthFormula.unit(projection, 3)).isEqualTo((float) 0.703842282295227);
        long scale = SynthFormula.hash("logit_scale");
        assertThat(SynthFormula.unit(scale, 0)).isEqualTo((float) 0.25418078899383545);
        assertThat(SynthFormula.unit(scale, 1)).isEqualTo((float) 0.7656489610671997);
    }

    @Test
    void fillingFollowsTheFormulaAtAnyStride() {
        float[] out = new float[12];
        SynthFormula.fill(99, 5, 7, 0.25f, 1, out, 2, 10);
        assertThat(out[1]).isZero();
        for (int j = 0; j < 10; j++) {
            assertThat(out[2 + j]).isEqualTo(SynthFormula.unit(99, 5 + 7L * j) * 0.25f + 1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "vit-b-32, VIT_B_32",
        "vit-b-16, VIT_B_16",
        "vit-l-14, VIT_L_14",
        "vit-l-14-336, VIT_L_14_336",
        "vit-h-14, VIT_H_14",
        "rn50, RN50",
        "rn101, RN101",
        "rn50x4, RN50X4",
        "rn50x16, RN50X16",
        "rn50x64, RN50X64"
    })
    void tensorsAreThoseOfTheGoldenModels(String folder, SynthArchitecture architecture) throws IOException {
        JsonNode golden =
                Golden.json(Golden.folder().resolve("synth").resolve(folder).resolve("case.json"));
        Map<String, SynthTensor> ours = new HashMap<>();
        SynthTensor.of(architecture).forEach(tensor -> ours.put(tensor.name(), tensor));
        JsonNode tensors = golden.get("tensors");
        assertThat(tensors.size()).isEqualTo(ours.size()).isGreaterThan(300);
        tensors.properties().forEach(entry -> {
            SynthTensor tensor = ours.get(entry.getKey());
            assertThat(tensor).as(entry.getKey()).isNotNull();
            assertThat(tensor.shape().toString().replace(" ", ""))
                    .as(entry.getKey())
                    .isEqualTo(entry.getValue().get("shape").toString());
            assertThat(tensor.scale())
                    .as(entry.getKey())
                    .isEqualTo(entry.getValue().get("scale").floatValue());
            assertThat(tensor.offset())
                    .as(entry.getKey())
                    .isEqualTo(entry.getValue().get("offset").floatValue());
        });
        long parameters = ours.values().stream()
                .filter(tensor -> !tensor.name().contains("running_"))
                .mapToLong(tensor -> tensor.shape().stream().reduce(1L, Math::multiplyExact))
                .sum();
        assertThat(parameters).isEqualTo(golden.get("parameters").longValue());
        assertThat(architecture.embeddingDim())
                .isEqualTo(golden.get("embed_dim").intValue());
        assertThat(architecture.activation() == Activation.QUICK_GELU)
                .isEqualTo(golden.get("quick_gelu").booleanValue());
        assertThat(architecture.vision().imageSize())
                .isEqualTo(golden.at("/vision/image_size").intValue());
        assertThat(headWidth(architecture.vision()))
                .isEqualTo(golden.get("vision").path("head_width").asInt(64));
        assertThat(architecture.text().blocks().heads())
                .isEqualTo(golden.get("text").get("heads").intValue());
    }

    private static int headWidth(ImageTower tower) {
        return tower.accept(new ImageTower.Visitor<>() {
            @Override
            public Integer visit(VisionTransformer transformer) {
                return transformer.blocks().headDim();
            }

            @Override
            public Integer visit(ModifiedResNet resNet) {
                return resNet.headDim();
            }
        });
    }

    /** Published sizes, in millions of parameters. */
    @ParameterizedTest
    @CsvSource({"VIT_G_14, 1367", "VIT_BIGG_14, 2540"})
    void theLargestHaveThePublishedSizes(SynthArchitecture architecture, long millions) {
        long parameters = SynthTensor.of(architecture).stream()
                .mapToLong(tensor -> tensor.shape().stream().reduce(1L, Math::multiplyExact))
                .sum();
        assertThat(Math.round(parameters / 1e6)).isEqualTo(millions);
    }

    @Test
    void architecturesAreFoundByLabel() {
        for (SynthArchitecture architecture : SynthArchitecture.values()) {
            assertThat(SynthArchitecture.of(architecture.label())).isEqualTo(architecture);
        }
        assertThatThrownBy(() -> SynthArchitecture.of("ViT-Z")).isInstanceOf(InvalidInputException.class);
    }

    /** A whole B/32: written, opened, and every value of some tensors compared with the formula. */
    @Test
    void writesAModelThatOpens(@TempDir Path temp) throws IOException {
        String prefix = "other:";
        SynthModel.write(SynthArchitecture.VIT_B_32, prefix, ElementType.F16, temp);
        try (Checkpoint checkpoint = Checkpoint.open(temp)) {
            assertThat(checkpoint.spec().notes()).isEmpty();
            assertThat(checkpoint.spec().text().orElseThrow().pooling()).isEqualTo(TextPooling.END_TOKEN);
            assertThat(checkpoint.spec().tokenizer().orElseThrow().profile()).isEqualTo(TokenizerProfile.OPENAI);
            assertThat(checkpoint.spec().tokenizer().orElseThrow().directory()).isEmpty();
            assertThat(checkpoint.logitScale()).isEqualTo(rounded(4.6052f));

            compare(
                    checkpoint.tensor(TensorNames.vision().projectionWeight()),
                    prefix + "visual.proj",
                    fanIn(768),
                    (row, column) -> column * 512 + row);
            compare(
                    checkpoint.tensor(TensorNames.text().projectionWeight()),
                    prefix + "text_projection",
                    fanIn(512),
                    (row, column) -> column * 512 + row);
            compare(
                    checkpoint.tensor(TensorNames.vision().block(11).qkvWeight()),
                    prefix + "visual.transformer.resblocks.11.attn.in_proj_weight",
                    fanIn(768),
                    (row, column) -> row * 768 + column);
            compare(
                    checkpoint.tensor(TensorNames.text().block(3).qkvBias()),
                    prefix + "transformer.resblocks.3.attn.in_proj_bias",
                    0.05f,
                    (row, column) -> row);
            compare(
                    checkpoint.tensor(TensorNames.vision().patchWeight()),
                    prefix + "visual.conv1.weight",
                    fanIn(3072),
                    (row, column) -> row * 3072 + column);
            compare(
                    checkpoint.tensor(TensorNames.text().tokens()),
                    prefix + "token_embedding.weight",
                    0.04f,
                    (row, column) -> row * 512 + column);
            CanonicalTensor norm = checkpoint.tensor(TensorNames.vision().lnPreWeight());
            assertThat(FloatConversion.fromHalf(norm.segments().get(0).data().getShort(0)))
                    .isEqualTo(rounded(
                            SynthFormula.unit(SynthFormula.hash(prefix + "visual.ln_pre.weight"), 0) * 0.2f + 1));
        }
    }

    /** A whole RN50, in the layout of open_clip. */
    @Test
    void writesAResNetThatOpens(@TempDir Path temp) throws IOException {
        SynthModel.write(SynthArchitecture.RN50, "", ElementType.F16, temp);
        try (Checkpoint checkpoint = Checkpoint.open(temp)) {
            assertThat(checkpoint.spec().family()).isEqualTo("open_clip CLIP");
            assertThat(checkpoint.spec().notes()).isEmpty();
            assertThat(checkpoint.spec().vision()).contains(SynthArchitecture.RN50.vision());
            TensorNames.ResNet names = TensorNames.resNet();
            compare(
                    checkpoint.tensor(names.stem(1).weight()),
                    "visual.conv2.weight",
                    (float) Math.sqrt(6.0 / (32 * 9)),
                    (row, column) -> row * 32 * 9 + column);
            compare(
                    checkpoint.tensor(names.bottleneck(3, 0).shortcut().weight()),
                    "visual.layer4.0.downsample.0.weight",
                    fanIn(1024),
                    (row, column) -> row * 1024 + column);
            CanonicalTensor qkv = checkpoint.tensor(names.poolQkvWeight());
            assertThat(qkv.segments()).hasSize(3);
            assertThat(FloatConversion.fromHalf(qkv.segments().get(2).data().getShort(0)))
                    .isEqualTo(rounded(
                            SynthFormula.unit(SynthFormula.hash("visual.attnpool.v_proj.weight"), 0) * fanIn(2048)));
        }
    }

    private static float fanIn(int inputs) {
        return (float) Math.sqrt(3.0 / inputs);
    }

    private interface Index {
        long of(long row, long column);
    }

    /** Compares every element with the formula. */
    private static void compare(CanonicalTensor tensor, String name, float scale, Index index) {
        long hash = SynthFormula.hash(name);
        long row = 0;
        for (int i = 0; i < tensor.segments().size(); i++) {
            var data = tensor.segments().get(i).data().asShortBuffer();
            for (int r = 0; r < tensor.segmentRows(i); r++, row++) {
                for (int column = 0; column < tensor.columns(); column++) {
                    float actual = FloatConversion.fromHalf(data.get(r * tensor.columns() + column));
                    float expected = rounded(SynthFormula.unit(hash, index.of(row, column)) * scale);
                    if (actual != expected) {
                        assertThat(actual)
                                .as(tensor.name() + " at " + List.of(row, column))
                                .isEqualTo(expected);
                    }
                }
            }
        }
        assertThat(row).isEqualTo(tensor.rows());
    }

    private static float rounded(float value) {
        return FloatConversion.fromHalf(FloatConversion.toHalf(value));
    }
}
