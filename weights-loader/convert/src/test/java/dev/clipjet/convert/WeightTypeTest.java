package dev.clipjet.convert;

import static dev.clipjet.convert.Models.convert;
import static dev.clipjet.convert.Models.difference;
import static dev.clipjet.convert.Models.golden;
import static dev.clipjet.convert.Models.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.FloatConversion;
import dev.clipjet.weights.StoredTensor;
import dev.clipjet.weights.safetensors.SafetensorsFile;
import dev.clipjet.weights.safetensors.SafetensorsWriter;
import dev.clipjet.weights.safetensors.SafetensorsWriter.Declaration;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WeightTypeTest {
    private static final String SPOILT = "text_model.final_layer_norm.weight";

    @TempDir
    Path temp;

    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16"})
    void weightsAreRoundedToNearest(ElementType type) throws Exception {
        Path source = golden("hf-vit-gelu");
        ConversionReport report =
                convert(source, temp.resolve("out"), options(TargetFormat.HF).withDtype(type));
        assertThat(report.rounded()).isTrue();
        assertThat(report.overflowed()).isZero();
        try (SafetensorsFile before = SafetensorsFile.open(source.resolve("model.safetensors"));
                SafetensorsFile after = SafetensorsFile.open(temp.resolve("out/model.safetensors"))) {
            for (StoredTensor tensor : after.tensors()) {
                assertThat(tensor.dtype()).isEqualTo(type);
                ByteBuffer from = before.tensor(tensor.name()).data();
                ByteBuffer to = tensor.data();
                while (from.hasRemaining()) {
                    float value = from.getFloat();
                    assertThat(to.getShort())
                            .isEqualTo(
                                    type == ElementType.F16
                                            ? FloatConversion.toHalf(value)
                                            : FloatConversion.toBfloat16(value));
                }
            }
        }
        double halfUlp = 0.5;
        assertThat(difference(source, temp.resolve("out")).tensors())
                .filteredOn(tensor -> tensor.kind() == TensorDifference.Kind.VALUES)
                .isNotEmpty()
                .allSatisfy(tensor -> assertThat(tensor.maxUlp()).isBetween(0.1, halfUlp));
        assertThat(Files.readString(temp.resolve("out/config.json")))
                .contains(type == ElementType.F16 ? "\"float16\"" : "\"bfloat16\"");
    }

    @Test
    void openClipKeepsTheLogitScaleExact() throws Exception {
        Path source = golden("hf-vit-gelu");
        convert(source, temp.resolve("out"), options(TargetFormat.OPEN_CLIP).withDtype(ElementType.BF16));
        ModelDifference difference = difference(source, temp.resolve("out"));
        assertThat(difference.towers())
                .extracting(ModelDifference.Setting::name)
                .doesNotContain("logit_scale");
    }

    @Test
    void wideningIsExact() throws Exception {
        Path source = golden("openai-vit-jit/model.pt");
        ConversionReport report = convert(
                source, temp.resolve("out"), options(TargetFormat.OPEN_CLIP).withDtype(ElementType.F32));
        assertThat(report.rounded()).isFalse();
        assertThat(difference(source, temp.resolve("out")).isEmpty()).isTrue();
    }

    @Test
    void valuesBeyondTheRangeAreCountedByTensor() throws Exception {
        Path source = temp.resolve("source");
        spoil(golden("hf-vit-gelu"), source);
        ConversionReport report =
                convert(source, temp.resolve("out"), options(TargetFormat.HF).withDtype(ElementType.F16));
        assertThat(report.overflowed()).isEqualTo(2);
        assertThat(report.tensors())
                .filteredOn(tensor -> tensor.overflowed() > 0)
                .singleElement()
                .extracting(ConversionReport.Mapped::name)
                .isEqualTo(SPOILT);
        assertThat(difference(source, temp.resolve("out")).tensors())
                .filteredOn(tensor -> tensor.maxAbsolute() == Double.POSITIVE_INFINITY)
                .singleElement()
                .extracting(TensorDifference::name)
                .isEqualTo("text.ln_final.weight");
    }

    /** The model with 70000 and -1e30 in one tensor, of which 65504 is the largest F16; infinity is no overflow. */
    private static void spoil(Path model, Path copy) throws Exception {
        Files.createDirectories(copy);
        Files.copy(model.resolve("config.json"), copy.resolve("config.json"));
        try (SafetensorsFile file = SafetensorsFile.open(model.resolve("model.safetensors"));
                SafetensorsWriter writer = SafetensorsWriter.create(
                        copy.resolve("model.safetensors"),
                        Map.of("format", "pt"),
                        file.tensors().stream()
                                .map(tensor -> new Declaration(tensor.name(), tensor.dtype(), tensor.shape()))
                                .toList())) {
            for (StoredTensor tensor : file.tensors()) {
                ByteBuffer data = tensor.data();
                if (tensor.name().equals(SPOILT)) {
                    ByteBuffer spoilt = ByteBuffer.allocate(data.remaining()).order(ByteOrder.LITTLE_ENDIAN);
                    spoilt.put(data).flip();
                    spoilt.putFloat(0, 70_000).putFloat(4, -1e30f).putFloat(8, Float.POSITIVE_INFINITY);
                    data = spoilt;
                }
                writer.write(tensor.name(), 0, data);
            }
            writer.finish();
        }
    }

    @Test
    void otherTypesAreRefused() {
        ConversionOptions options = options(TargetFormat.HF);
        assertThatThrownBy(() -> options.withDtype(ElementType.F64))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("F64");
        assertThatThrownBy(() -> options.withFileBytes(0)).isInstanceOf(InvalidInputException.class);
    }
}
