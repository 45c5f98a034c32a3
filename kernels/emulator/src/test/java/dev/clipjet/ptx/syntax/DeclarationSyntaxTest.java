package dev.clipjet.ptx.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.ptx.syntax.Variable.Initializer;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DeclarationSyntaxTest {
    private static Initializer number(long bits) {
        return new Initializer(bits, null, false, -1);
    }

    private static List<Initializer> numbers(long... bits) {
        return LongStream.of(bits).mapToObj(DeclarationSyntaxTest::number).toList();
    }

    @Test
    void header() {
        PtxModule module = PtxParser.parse(
                "t.ptx",
                "//\n.version 3.1\n.target sm_30, texmode_independent\n.file 1 \"a.cu\"\n.file 2 \"b.cu\", 5, 6\n");
        assertThat(module.versionMajor()).isEqualTo(3);
        assertThat(module.versionMinor()).isEqualTo(1);
        assertThat(module.targets()).containsExactly("sm_30", "texmode_independent");
        assertThat(module.addressSize()).isEqualTo(32);
        assertThat(module.sourceFiles()).isEqualTo(Map.of(1, "a.cu", 2, "b.cu"));
        assertThat(module.lines()).isEqualTo(6);
        assertThat(PtxParser.parse("t", ".version 9.2\n.target sm_90a\n.address_size 64")
                        .addressSize())
                .isEqualTo(64);
    }

    @Test
    void pathsAreDecoded() {
        assertThat(Ptx.module(".file 1 \"/tmp/\\303\\251/k.cu\"\n.file 2 \"C:\\\\k.cu\"\n.file 3 \"C:\\k.cu\"")
                        .sourceFiles())
                .isEqualTo(Map.of(1, "/tmp/é/k.cu", 2, "C:\\k.cu", 3, "C:\\k.cu"));
    }

    @Test
    void aZeroByteEndsTheText() {
        assertThat(Ptx.module(".global .b32 x;\0 anything").variables()).hasSize(1);
    }

    @Test
    void variables() {
        assertThat(Ptx.variable(".visible .const .align 16 .v2 .f32 x[3][4];"))
                .isEqualTo(new Variable("x", "const", "visible", "f32", 2, 16, 12, 0, List.of(), 4));
        assertThat(Ptx.variable(".global .attribute(.managed) .align 4 .u32 x = -559038737;"))
                .isEqualTo(new Variable("x", "global", "", "u32", 1, 4, 1, 0, numbers(-559038737), 4));
        assertThat(Ptx.variable(".extern .shared .align 128 .b8 x[];"))
                .isEqualTo(new Variable("x", "shared", "extern", "b8", 1, 128, -1, 0, List.of(), 4));
        assertThat(Ptx.variable(".common .global .v4 .b16 x;").alignment()).isEqualTo(8);
        assertThat(Ptx.variable(".global .align 1 .b32 x;").alignment()).isEqualTo(1);
        assertThat(Ptx.variable(".global .b8 x[4611686018427387904];").elements())
                .isEqualTo(1L << 62);
        assertThat(Ptx.module(".global .b32 a, b[3], c = 4;").variables())
                .extracting(Variable::name)
                .containsExactly("a", "b", "c");
    }

    @Test
    void initialNumbers() {
        assertThat(Ptx.variable(".global .b8 x[4] = {1, -1, 0xFF, 300};").initializer())
                .isEqualTo(numbers(1, -1, 255, 300));
        assertThat(Ptx.variable(".global .f32 x[3] = {1.5, 0fFFA00001, -0.1};").initializer())
                .isEqualTo(numbers(0x3FC00000L, 0xFFA00001L, Integer.toUnsignedLong(Float.floatToIntBits(-0.1f))));
        assertThat(Ptx.variable(".global .f64 x[2] = {1.5, 0d7FF0000000000001};")
                        .initializer())
                .isEqualTo(numbers(0x3FF8000000000000L, 0x7FF0000000000001L));
        assertThat(Ptx.variable(".global .b32 x[2] = {1.5, 0f3F800000};").initializer())
                .isEqualTo(numbers(0x3FC00000L, 0x3F800000L));
        assertThat(Ptx.variable(".global .b64 x = 0d3FF0000000000000;").initializer())
                .isEqualTo(numbers(0x3FF0000000000000L));
        assertThat(Ptx.variable(".global .s32 x = -1+2;").initializer()).isEqualTo(numbers(1));
    }

    @Test
    void shortRowsAreFilledAndOpenDimensionsCounted() {
        Variable matrix = Ptx.variable(".global .b32 x[3][2] = {{1, 2}, {3}};");
        assertThat(matrix.elements()).isEqualTo(6);
        assertThat(matrix.initializer()).isEqualTo(numbers(1, 2, 3));
        Variable open = Ptx.variable(".global .b32 x[][2] = {{1}, {2, 3}, {4}};");
        assertThat(open.elements()).isEqualTo(6);
        assertThat(open.initializer()).isEqualTo(numbers(1, 0, 2, 3, 4));
        Variable vectors = Ptx.variable(".global .v2 .b32 x[] = {{1, 2}, {}, {3}};");
        assertThat(vectors.elements()).isEqualTo(3);
        assertThat(vectors.initializer()).isEqualTo(numbers(1, 2, 0, 0, 3));
        assertThat(Ptx.variable(".global .b32 x[2][2][2] = {{{1}}, {{2}}};").initializer())
                .isEqualTo(numbers(1, 0, 0, 0, 2));
        assertThat(Ptx.variable(".global .b32 x[2] = {};").initializer()).isEmpty();
    }

    @Test
    void initialAddresses() {
        String y = ".global .b32 y; .func f; ";
        assertThat(Ptx.variable(y + ".global .u64 x[5] = {y, y+4, generic(y)+-8, f, 0};")
                        .initializer())
                .containsExactly(
                        new Initializer(0, "y", false, -1),
                        new Initializer(4, "y", false, -1),
                        new Initializer(-8, "y", true, -1),
                        new Initializer(0, "f", false, -1),
                        number(0));
        assertThat(Ptx.variable(y + ".global .u8 x[4] = {0xFF(y), 0xFF00(generic(y)+4), 0XFF00000000000000(y),"
                                + " 0xFF00(131187)};")
                        .initializer())
                .containsExactly(
                        new Initializer(0, "y", false, 0xFF),
                        new Initializer(4, "y", true, 0xFF00),
                        new Initializer(0, "y", false, 0xFF00000000000000L),
                        number(0x00));
    }

    @Test
    void variablesOfBodiesMayBeInitialized() {
        assertThat(Ptx.body(".global .b32 y; { .const .u64 x = generic(y); }")).hasSize(2);
    }

    @Test
    void definitionsCountMoreThanExternDeclarations() {
        assertThat(Ptx.module(".extern .global .b32 x[];\n.visible .global .b32 x[4];\n.extern .global .b32 x[];")
                        .variables())
                .singleElement()
                .satisfies(x -> {
                    assertThat(x.linking()).isEqualTo("visible");
                    assertThat(x.line()).isEqualTo(5);
                });
    }

    @Test
    void functions() {
        PtxModule module = Ptx.module(".extern .func (.param .b32 r) printf (.param .b64 a, .param .b8 rest[]);\n"
                + ".weak .func (.reg .u32 %r) g (.reg .u32 %a) .noreturn { trap; }\n"
                + ".func none { ret; }\n"
                + ".visible .entry k(.param .u64 .ptr .global .align 16 p, .param .align 8 .b8 s[24])\n"
                + ".maxntid 128, 2\n.minnctapersm 2 .maxnreg 0x20 .reqnctapercluster 2,1,1 .explicitcluster\n{ ret; }");
        assertThat(module.functions()).extracting(Function::name).containsExactly("printf", "g", "none", "k");
        Function printf = module.functions().get(0);
        assertThat(printf.body()).isNull();
        assertThat(printf.linking()).isEqualTo("extern");
        assertThat(printf.results()).hasSize(1);
        assertThat(printf.parameters()).extracting(Variable::elements).containsExactly(1L, -1L);
        assertThat(module.functions().get(1).directives()).isEqualTo(Map.of("noreturn", List.of()));
        assertThat(module.functions().get(1).parameters().get(0).space()).isEqualTo("reg");
        Function entry = module.functions().get(3);
        assertThat(entry.entry()).isTrue();
        assertThat(entry.line()).isEqualTo(7);
        assertThat(entry.parameters()).extracting(Variable::alignment).containsExactly(8, 8);
        assertThat(entry.directives())
                .isEqualTo(Map.of(
                        "maxntid", List.of(128, 2),
                        "minnctapersm", List.of(2),
                        "maxnreg", List.of(32),
                        "reqnctapercluster", List.of(2, 1, 1),
                        "explicitcluster", List.of()));
    }

    @Test
    void aliasesAndSectionsAndPragmas() {
        PtxModule module = Ptx.module(".func f() { ret; }\n.func g();\n.alias g, f;\n.pragma \"nounroll\";\n"
                + ".section .debug_str\n{\n$L: // }\n.b8 1,2\n.b32 .debug_abbrev\n/* } */ }\n.global .b8 last;");
        assertThat(module.aliases()).isEqualTo(Map.of("g", "f"));
        assertThat(module.variables())
                .singleElement()
                .extracting(Variable::line)
                .isEqualTo(14);
    }
}
