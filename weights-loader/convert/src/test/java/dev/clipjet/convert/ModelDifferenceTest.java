package dev.clipjet.convert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.convert.TensorDifference.Kind;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.FloatConversion;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelDifferenceTest {
    private static TensorContent f32(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putFloat(value);
        }
        return new HeapContent(ElementType.F32, bytes.flip(), List.of());
    }

    private static TensorContent f16(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * 2).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putShort(FloatConversion.toHalf(value));
        }
        return new HeapContent(ElementType.F16, bytes.flip(), List.of());
    }

    private static TensorDifference compare(TensorContent first, TensorContent second) {
        return new ValueComparison().compare("x", first, second);
    }

    @Test
    void equalValuesOfDifferentTypesAreEqual() {
        TensorDifference difference = compare(f32(1, -2, 0.5f, Float.NaN), f16(1, -2, 0.5f, Float.NaN));
        assertThat(difference.kind()).isEqualTo(Kind.EQUAL);
        assertThat(difference.first()).isEqualTo(ElementType.F32);
        assertThat(difference.second()).isEqualTo(ElementType.F16);
    }

    @Test
    void countsAndLargestDifferencesAreExact() {
        TensorDifference difference = compare(f32(1, 2, 3, 4), f32(1, 2.5f, 3, Math.nextUp(4f)));
        assertThat(difference)
                .isEqualTo(new TensorDifference(
                        "x", Kind.VALUES, ElementType.F32, ElementType.F32, 4, 2, 0.5, 0.2, 0.5 / Math.ulp(2.5f)));
    }

    @Test
    void unitsAreThoseOfTheCoarserType() {
        // 2^-11 is half of an F16's last place at 1.
        assertThat(compare(f32(1 + 0x1p-11f), f16(1)).maxUlp()).isEqualTo(0.5);
        assertThat(compare(f32(0x1p-25f), f16(0)).maxUlp()).isEqualTo(0.5);
    }

    @Test
    void zerosOfDifferentSignAreDifferentBits() {
        TensorDifference difference = compare(f32(0f), f32(-0f));
        assertThat(difference.kind()).isEqualTo(Kind.VALUES);
        assertThat(difference.maxAbsolute()).isZero();
    }

    @Test
    void infinitiesAreFarFromEverything() {
        assertThat(compare(f32(1), f32(Float.NaN)).maxAbsolute()).isEqualTo(Double.POSITIVE_INFINITY);
    }

    @Test
    void settingsOfTheTowersAreCompared() {
        ModelDifference difference = Models.difference(Models.golden("hf-vit-gelu"), Models.golden("hf-vit-quickgelu"));
        assertThat(difference.isEmpty()).isFalse();
        assertThat(difference.towers())
                .contains(new ModelDifference.Setting("image.blocks.activation", "GELU", "QUICK_GELU"));
        assertThat(difference.tensors()).extracting(TensorDifference::kind).contains(Kind.SHAPE);
    }

    @Test
    void missingTensorsAreNamed() {
        ModelDifference difference =
                Models.difference(Models.golden("hf-text-only"), Models.golden("hf-vision-projection"));
        assertThat(difference.tensors())
                .extracting(TensorDifference::kind)
                .contains(Kind.ONLY_IN_FIRST, Kind.ONLY_IN_SECOND)
                .doesNotContain(Kind.EQUAL);
    }
}
