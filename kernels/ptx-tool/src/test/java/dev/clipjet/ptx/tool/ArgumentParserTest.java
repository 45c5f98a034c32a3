package dev.clipjet.ptx.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentParserTest {
    private static Argument parse(String text) {
        return ArgumentParser.parse(text, 3, "k_param_3");
    }

    private static List<Double> values(String text) {
        Argument.Buffer buffer = (Argument.Buffer) parse(text);
        ByteBuffer bytes = ByteBuffer.wrap(buffer.initial()).order(ByteOrder.LITTLE_ENDIAN);
        return IntStream.range(0, buffer.count())
                .mapToDouble(
                        i -> buffer.format().number(bytes, i * buffer.format().bytes()))
                .boxed()
                .toList();
    }

    @Test
    void namesComeFromTheTextOrTheParameter() {
        assertThat(parse("i32:7").name()).isEqualTo("k_param_3");
        assertThat(parse("n=i32:7").name()).isEqualTo("n");
        assertThat(parse("x=in:f32[2]=zeros").name()).isEqualTo("x");
        assertThat(parse("in:f32[2]=zeros").name()).isEqualTo("k_param_3");
    }

    @Test
    void scalarsAndStructures() {
        assertThat(((Argument.Value) parse("i32:-2")).bytes()).containsExactly(-2, -1, -1, -1);
        assertThat(((Argument.Value) parse("f16:1")).bytes()).containsExactly(0, 0x3c);
        assertThat(((Argument.Value) parse("bytes:00ff10")).bytes()).containsExactly(0, -1, 16);
        Argument.Value structure = (Argument.Value) parse("struct:u8:1,f64:0,u16:3");
        assertThat(structure.bytes()).hasSize(24).startsWith(1, 0).endsWith(3, 0, 0, 0, 0, 0, 0, 0);
        assertThat(structure.alignment()).isEqualTo(8);
        assertThat(parse("ref:x+16")).isEqualTo(new Argument.Alias("k_param_3", "ref:x+16", "x", 16));
    }

    @Test
    void fillings(@TempDir Path folder) throws Exception {
        assertThat(values("in:i16[3]=zeros")).containsExactly(0.0, 0.0, 0.0);
        assertThat(values("in:f16[3]=range")).containsExactly(0.0, 1.0, 2.0);
        assertThat(values("in:u8[258]=range")).endsWith(255.0, 0.0, 1.0);
        assertThat(values("inout:bf16[2]=value:0.5")).containsExactly(0.5, 0.5);
        assertThat(values("in:f32[1000]=random:5"))
                .isEqualTo(values("in:f32[1000]=random:5"))
                .isNotEqualTo(values("in:f32[1000]=random:6"))
                .allMatch(value -> value >= -1 && value < 1)
                .anyMatch(value -> value < -0.9)
                .anyMatch(value -> value > 0.9);
        assertThat(values("in:f32[8]=random")).isEqualTo(values("in:f32[8]=random:3"));
        assertThat(values("in:i32[1000]=random:1:-2:2"))
                .contains(-2.0, -1.0, 0.0, 1.0, 2.0)
                .allMatch(v -> Math.abs(v) <= 2);
        assertThat(values("in:u8[1000]=random")).allMatch(v -> v >= 0 && v <= 100);
        Path file = Files.write(folder.resolve("x.bin"), new byte[] {1, 0, 2, 0});
        assertThat(values("in:i16[2]=file:" + file)).containsExactly(1.0, 2.0);
        assertThatThrownBy(() -> parse("in:i32[2]=file:" + file))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("has 4 bytes; i32[2] needs 8");
        assertThatThrownBy(() -> parse("in:i32[2]=file:" + folder.resolve("none")))
                .isInstanceOf(ToolException.class)
                .hasMessageContaining("no such file");
        assertThat(((Argument.Buffer) parse("out:f64[7]")).initial()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "7",
                "x=7",
                "i32",
                "i32:",
                "i32:x",
                "f8:1",
                "in:f32[4]",
                "in:f32=zeros",
                "in:f32[0]=zeros",
                "in:f32[-1]=zeros",
                "in:f32[99999999999]=zeros",
                "in:f32[9999999999999999999]=zeros",
                "out:f32[4]=zeros",
                "in:f32[4]=ones",
                "in:f32[4]=zeros:1",
                "in:f32[4]=range:2",
                "in:f32[4]=value:",
                "in:f32[4]=value:x",
                "in:f32[4]=random:x",
                "in:f32[4]=random:1:2",
                "in:f32[4]=random:1:2:1",
                "in:u8[4]=random:1:0:256",
                "in:i64[4]=random:1:-9223372036854775808:9223372036854775807",
                "in:f32[4]=file:",
                "bytes:0",
                "bytes:xy",
                "struct:",
                "struct:i32",
                "struct:i32:1,",
                "ref:x+",
                "ref:x+y",
                "out:f9[4]"
            })
    void refusesAndSaysWhichArgument(String text) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("argument 3, " + text + ": ");
    }
}
