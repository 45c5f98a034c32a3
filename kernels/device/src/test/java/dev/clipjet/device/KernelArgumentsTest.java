package dev.clipjet.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KernelArgumentsTest {
    @Test
    void argumentsLieAtMultiplesOfTheirAlignment() {
        KernelArguments arguments = new KernelArguments()
                .addInt(7)
                .addLong(8)
                .addFloat(2.5f)
                .addBytes(new byte[] {1, 2, 3}, 1)
                .addInt(9);
        assertThat(IntStream.range(0, arguments.count()).map(arguments::offset)).containsExactly(0, 8, 16, 20, 24);
        assertThat(arguments.bytes()).isEqualTo(28);
        ByteBuffer bytes = arguments.buffer().order(ByteOrder.LITTLE_ENDIAN);
        assertThat(bytes.isDirect()).isTrue();
        assertThat(bytes.getInt(0)).isEqualTo(7);
        assertThat(bytes.getLong(8)).isEqualTo(8);
        assertThat(bytes.getFloat(16)).isEqualTo(2.5f);
        assertThat(bytes.getInt(24)).isEqualTo(9);
    }

    @Test
    void valuesAreReplacedInPlaceAndOnlyByValuesOfTheirSize() {
        KernelArguments arguments = new KernelArguments().addInt(1).addLong(2);
        arguments.setLong(1, 77);
        arguments.setInt(0, 5);
        assertThat(arguments.buffer().getLong(8)).isEqualTo(77);
        assertThatThrownBy(() -> arguments.setLong(0, 1)).hasMessageContaining("argument 0 has 4 bytes");
        assertThatThrownBy(() -> arguments.setInt(2, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void refusesMoreThanTheParameterSpaceHolds() {
        KernelArguments arguments = new KernelArguments();
        IntStream.range(0, KernelArguments.MAX_BYTES / 8).forEach(arguments::addLong);
        assertThatThrownBy(() -> arguments.addInt(1)).hasMessageContaining("4096");
        assertThatThrownBy(() -> new KernelArguments().addBytes(new byte[4], 3)).hasMessageContaining("power of two");
    }

    @Test
    void emptyExtentsAreRefused() {
        assertThatThrownBy(() -> new Dim3(1, 0, 1)).hasMessageContaining("1 x 0 x 1");
        assertThatThrownBy(() -> new LaunchShape(Dim3.ONE, Dim3.ONE, -1)).hasMessageContaining("-1");
        assertThat(new Dim3(3, 4, 5).count()).isEqualTo(60);
    }
}
