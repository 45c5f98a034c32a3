package dev.clipjet.weights.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.weights.torch.PickleValue.Dict;
import dev.clipjet.weights.torch.PickleValue.Int;
import dev.clipjet.weights.torch.PickleValue.Real;
import dev.clipjet.weights.torch.PickleValue.Sequence;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pickles by hand: a character of the string is a byte. */
class PickleInterpreterTest {
    private static PickleValue read(String pickle) {
        byte[] bytes = pickle.getBytes(StandardCharsets.ISO_8859_1);
        PickleStream stream = new PickleStream(Path.of("x.pt"), "a/data.pkl", 0, ByteBuffer.wrap(bytes));
        return new PickleInterpreter(stream, new TensorFactory(stream, 1000, storage -> {})).read();
    }

    private static void refused(String pickle, Kind kind, String words) {
        assertThatThrownBy(() -> read(pickle)).isInstanceOfSatisfying(ModelFormatException.class, e -> {
            assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind);
            assertThat(e).hasMessageContaining(words).hasMessageStartingWith("x.pt: a/data.pkl byte ");
        });
    }

    @Test
    void numbers_are_those_of_python() {
        assertThat(read("J\u00ff\u00ff\u00ff\u00ff.")).isEqualTo(new Int(-1));
        assertThat(read("\u008a\u0000.")).isEqualTo(new Int(0));
        assertThat(read("\u008a\u0001\u0080.")).isEqualTo(new Int(-128));
        assertThat(read("\u008a\u0009\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f\u0000."))
                .isEqualTo(new Int(Long.MAX_VALUE));
        assertThat(((Real) read("G?\u00f8\u0000\u0000\u0000\u0000\u0000\u0000.")).value())
                .isCloseTo(1.5, within(0.0));
    }

    @Test
    void containers_keep_order_and_grow_after_they_were_remembered() {
        Dict dict = (Dict) read("}q\u0000(U\u0001bK\u0001U\u0001aK\u0002u.");
        assertThat(dict.entries().keySet()).containsExactly("b", "a");
        Sequence list = (Sequence) read("]q\u0000K\u0001a0h\u0000K\u0002a.");
        assertThat(list.items()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cos\nsystem\n(U\u0004truetR.",
                "cposix\nsystem\n.",
                "cbuiltins\neval\n.",
                "c__builtin__\nexec\n.",
                "ccopyreg\n_reconstructor\n.",
                "ctorch.storage\n_load_from_bytes\n.",
                "ctorch._utils\n__builtins__.eval\n.",
                "U\u0002osU\u0006system\u0093.",
                "(U\u0004trueios\nsystem\n."
            })
    void names_outside_the_list_are_forbidden_however_they_are_mentioned(String pickle) {
        refused(pickle, Kind.FORBIDDEN, "asks for the Python name");
    }

    @Test
    void what_a_reduce_method_could_smuggle_in_is_refused() {
        refused("U\u0001a)R.", Kind.MALFORMED, "calls a string");
        refused("ctorch\nFloatStorage\n)R.", Kind.MALFORMED, "which is no function");
        refused("ctorch\nFloatStorage\n)\u0081.", Kind.MALFORMED, "no class of modules");
        refused("ccollections\nOrderedDict\n]R.", Kind.MALFORMED, "expected a tuple");
        refused("K\u0001}b.", Kind.MALFORMED, "the state of an integer");
        refused("}}(U\u0001aK\u0001ub.", Kind.MALFORMED, "other than _metadata");
    }

    @Test
    void a_memo_index_is_bounded_by_the_pickle() {
        refused("Nr\u00ff\u00ff\u00ff\u00ff.", Kind.LIMIT, "memo index 4294967295");
        refused("Nr\u00ff\u00ff\u00ff\u007f.", Kind.LIMIT, "memo index 2147483647");
        refused("Nq\u00ff.", Kind.LIMIT, "memo index 255");
        refused("h\u0000.", Kind.MALFORMED, "never set");
    }

    @Test
    void announced_lengths_are_checked_before_anything_is_allocated() {
        refused("X\u00ff\u00ff\u00ff\u00ff.", Kind.TRUNCATED, "4294967295");
        refused("\u008d\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f.", Kind.TRUNCATED, "9223372036854775807");
        refused("\u008d\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0080.", Kind.TRUNCATED, "9223372036854775808");
        refused("\u0095\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff.", Kind.TRUNCATED, "18446744073709551615");
        refused("\u008b\u00ff\u00ff\u00ff\u00ff.", Kind.TRUNCATED, "are left");
        refused("", Kind.TRUNCATED, "before STOP");
    }

    @Test
    void a_tuple_that_doubles_sixty_times_is_sixty_values() {
        assertThat(read("Nq\u0000" + "h\u0000\u0086q\u0000".repeat(60) + ".")).isInstanceOf(Sequence.class);
        refused(")" + "\u0085".repeat(100) + ".", Kind.LIMIT, "nested tuples");
    }

    @Test
    void the_stack_is_guarded() {
        refused(".", Kind.MALFORMED, "underflow");
        refused("K\u0001(\u0085.", Kind.MALFORMED, "underflow");
        refused("t.", Kind.MALFORMED, "no mark");
        refused("K\u0001K\u0002.", Kind.MALFORMED, "left on the stack");
        refused("\u00ff.", Kind.MALFORMED, "no opcode 0xff");
        refused("\u0096.", Kind.UNSUPPORTED, "opcode 0x96");
        refused("X\u0001\u0000\u0000\u0000\u00ff.", Kind.MALFORMED, "UTF-8");
        refused("}(U\u0001aNU\u0001aNu.", Kind.MALFORMED, "a key twice");
    }
}
