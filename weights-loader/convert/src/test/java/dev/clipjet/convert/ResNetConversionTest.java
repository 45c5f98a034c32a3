package dev.clipjet.convert;

import static dev.clipjet.convert.Models.convert;
import static dev.clipjet.convert.Models.difference;
import static dev.clipjet.convert.Models.golden;
import static dev.clipjet.convert.Models.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.model.ModifiedResNet;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.Checkpoint;
import dev.clipjet.weights.StoredTensor;
import dev.clipjet.weights.synth.SynthArchitecture;
import dev.clipjet.weights.synth.SynthFormula;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** ResNets between the formats that know them. */
class ResNetConversionTest {
    @TempDir
    Path temp;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "openai-rn-jit/model.pt",
                "openai-rn-state/model.pt",
                "openai-rn-state/legacy.pt",
                "openai-rn-odd/model.pt"
            })
    void openAiToOpenClipAndBackKeepsEveryBit(String source) throws Exception {
        Path original = golden(source);
        ConversionReport report = convert(original, temp.resolve("open-clip"), TargetFormat.OPEN_CLIP);
        assertThat(report.dropped())
                .isNotEmpty()
                .allSatisfy(dropped -> assertThat(dropped.reason()).contains("no weights"));
        convert(temp.resolve("open-clip"), temp.resolve("back.pt"), TargetFormat.OPENAI);
        assertThat(weights(temp.resolve("back.pt"))).isEqualTo(weights(original));
        assertThat(difference(original, temp.resolve("back.pt")).isEmpty()).isTrue();
        assertThat(difference(original, temp.resolve("open-clip")).isEmpty()).isTrue();
    }

    /** Type, shape and bytes of all tensors but integers. */
    private static Map<String, String> weights(Path model) {
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            Map<String, String> tensors = new TreeMap<>();
            for (StoredTensor tensor : checkpoint.tensors()) {
                if (tensor.dtype() != ElementType.I64) {
                    byte[] bytes = new byte[tensor.data().remaining()];
                    tensor.data().get(bytes);
                    tensors.put(
                            tensor.name(),
                            tensor.dtype() + " " + tensor.shape() + " "
                                    + HexFormat.of().formatHex(bytes));
                }
            }
            return tensors;
        }
    }

    @Test
    void openClipsHeadsAndActivationStayInItsConfiguration() throws Exception {
        convert(golden("openclip-rn"), temp.resolve("again"), TargetFormat.OPEN_CLIP);
        assertThat(difference(golden("openclip-rn"), temp.resolve("again")).isEmpty())
                .isTrue();
        assertThatThrownBy(() -> convert(golden("openclip-rn"), temp.resolve("x.pt"), TargetFormat.OPENAI))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("attention pool (heads: 32)")
                .hasMessageContaining("QuickGELU in the text tower");
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai-rn-jit/model.pt", "openclip-rn"})
    void huggingFacesLibraryHasNoResNets(String source) {
        assertThatThrownBy(() -> convert(golden(source), temp.resolve("hf"), TargetFormat.HF))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("a ResNet as image tower: the library has no class for it");
        assertThat(temp).isEmptyDirectory();
    }

    @Test
    void aSyntheticResNetIsWrittenForOpenClipAndRefusedForHuggingFace() {
        ModelSource source = ModelSource.synthetic(SynthArchitecture.RN101, "", ElementType.F32);
        assertThatThrownBy(() -> new Conversion(source, temp.resolve("hf"), options(TargetFormat.HF)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("no class for it");
        ModifiedResNet tower = (ModifiedResNet) source.spec().vision().orElseThrow();
        assertThat(tower.blocks()).isEqualTo(List.of(3, 4, 23, 3));
    }

    /** Queries, keys and values are three tensors of the formula behind each other. */
    @Test
    void stackedTensorsComeFromTheFormulaOfEach() {
        ModelSource source = ModelSource.synthetic(SynthArchitecture.RN50, "p:", ElementType.F32);
        TensorContent bias = source.tensors().entrySet().stream()
                .filter(entry -> entry.getKey().value().equals("vision.pool.qkv.bias"))
                .findFirst()
                .orElseThrow()
                .getValue();
        assertThat(bias.elements()).isEqualTo(3 * 2048);
        ByteBuffer values = ByteBuffer.allocate(2 * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bias.read(2047, 2, values);
        long query = SynthFormula.hash("p:visual.attnpool.q_proj.bias");
        long key = SynthFormula.hash("p:visual.attnpool.k_proj.bias");
        assertThat(values.getFloat(0)).isEqualTo(SynthFormula.unit(query, 2047) * 0.05f);
        assertThat(values.getFloat(4)).isEqualTo(SynthFormula.unit(key, 0) * 0.05f);
    }
}
