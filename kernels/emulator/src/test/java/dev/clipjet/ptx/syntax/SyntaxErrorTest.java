package dev.clipjet.ptx.syntax;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Texts that are refused: the line and the reason. */
class SyntaxErrorTest {
    private static Arguments at(int line, String problem, String text) {
        return Arguments.of(line, problem, text);
    }

    private static Arguments module(int line, String problem, String declarations) {
        return at(line, problem, Ptx.HEADER + declarations);
    }

    private static Arguments body(int line, String problem, String statements) {
        return module(line, problem, Ptx.entry(statements));
    }

    static Stream<Arguments> headers() {
        return Stream.of(
                at(1, ".version is expected, not the end of the text", ""),
                at(2, ".version is expected, not '.target'", "\n.target sm_80"),
                at(1, "a version such as 8.0", ".version 8\n.target sm_80"),
                at(1, "a version such as 8.0", ".version 8.0e1\n.target sm_80"),
                at(1, "versions 3.1 to 9 are known, not 3.0", ".version 3.0\n.target sm_80"),
                at(1, "not 10.0", ".version 10.0\n.target sm_80"),
                at(2, ".target is expected", ".version 8.0\n.address_size 64"),
                at(2, "a target is expected, not ';'", ".version 8.0\n.target ;"),
                at(3, "other than 32 and 64: 16", ".version 8.0\n.target sm_80\n.address_size 16"),
                module(4, "a directive of a module is expected, not '.version'", ".version 8.0"),
                module(5, "a directive of a module is expected, not '.address_size'", "\n.address_size 64"));
    }

    static Stream<Arguments> tokens() {
        return Stream.of(
                module(5, "unexpected character U+00E9", "\n.global .b32 \u00e9;"),
                module(4, "unexpected character U+00E9", "// \u00e9"),
                module(4, "unexpected character U+00A0", ".global\u00a0.b32 x;"),
                module(5, "unexpected character U+00E9", "/*\n\u00e9*/"),
                module(4, "unexpected '{' in a section", ".section .debug_x { ; {"),
                module(5, "the comment that opens here is never closed", "\n/* \n\n"),
                module(4, "the string is not closed on its line", ".file 1 \"a\n\"\n"),
                module(4, "directives of a preprocessor", "#define X 1\n"),
                module(5, "the section that opens here is never closed", ".section .debug_str\n{ .b8 1\n"),
                module(4, "unexpected '\\'", "\\"),
                body(5, "unexpected '$'", "mov.u32 $, 1;"),
                body(5, "a number without digits: 0x", "x 0x;"),
                body(5, "malformed number: 08", "x 08;"),
                body(5, "malformed number: 5u", "x 5u;"),
                body(5, "does not fit 64 bits: 18446744073709551616", "x 18446744073709551616;"),
                body(5, "does not fit 64 bits", "x 0x10000000000000000;"),
                body(5, "takes 8 hexadecimal digits", "x 0f3F80000;"),
                body(5, "takes 8 hexadecimal digits", "x 0f3F8000000;"),
                body(5, "takes 8 hexadecimal digits", "x 0f3F80000U;"),
                body(5, "takes 16 hexadecimal digits", "x 0d3FF000000000000;"),
                body(5, "malformed number", "x 0f3F800000g;"),
                body(5, "an exponent without digits", "x 1e;"),
                body(5, "too large for a double", "x 1e999;"),
                body(5, "a fraction of more than", "x 1." + "0".repeat(2000) + ";"));
    }

    static Stream<Arguments> instructions() {
        return Stream.of(
                body(6, "';' is expected, not '%r2': add.u32 %r1 %r2;", "\nadd.u32 %r1 %r2;"),
                body(7, "an operand is expected, not '}'", "\nret"),
                body(5, "an operand is expected, not ';'", "mov.u32 %r1, ;"),
                body(5, "an operand is expected, not ','", "mov.u32 , %r1;"),
                body(5, "an operand is expected, not '.u32'", "mov.u32 %r1, .u32;"),
                body(5, "an operand is expected, not '\"x\"'", "mov.u32 \"x\";"),
                body(5, "an operand is expected, not '{'", "mov.b64 %rd1, {{%r1}, %r2};"),
                body(5, "an operand is expected, not '}'", "mov.b64 {}, %rd1;"),
                body(5, "']' is expected, not '-'", "ld.u32 %r1, [%rd1-4];"),
                body(5, "a constant is expected, not '%r2'", "ld.u32 %r1, [%rd1+%r2];"),
                body(5, "an integer is expected before this, not a fraction", "ld.u32 %r1, [%rd1+1.0];"),
                body(5, "';' is expected, not '['", "ld.u32 %r1, a[4];"),
                body(5, "';' is expected, not '-'", "mov.u32 %r1, a-4;"),
                body(5, "a predicate is expected, not '1'", "@1 ret;"),
                body(5, "an instruction is expected, not '{'", "@%p1 { ret; }"),
                body(5, "an operand is expected, not ':'", "@%p1 A: ret;"),
                body(5, "a statement is expected, not ';'", "ret;;"),
                body(5, "a statement is expected, not '.file'", ".file 1 \"x\""),
                body(5, "a statement is expected, not '.extern'", ".extern .shared .b8 x[];"),
                body(5, "a function, or operands in parentheses, is expected", "call 5;"),
                body(5, "a label is expected, not ';'", "t: .branchtargets ;"),
                body(6, "a column is expected, not 'ret'", ".loc 1 2\nret;"),
                body(5, "a line must be from 0 to 2147483647, not 2147483648", ".loc 1 2147483648 1"),
                body(5, "unknown part of .loc: inlined", ".loc 1 1 1, inlined"),
                body(5, "a pragma in quotes", ".pragma nounroll;"),
                body(4, "the brace that opens here is never closed", "{ ret; "),
                body(6, "the brace that opens here is never closed", "ret;\n{ { ret;"),
                body(5, "nested more than 400 deep", "{".repeat(500)));
    }

    static Stream<Arguments> expressions() {
        return Stream.of(
                body(5, "divided by zero", "x 1/0;"),
                body(5, "divided by zero", "x 1 % 0;"),
                body(5, "integers and fractions in one expression", "x 1+1.0;"),
                body(5, "applied to a fraction", "x ~1.0;"),
                body(5, "applied to a fraction", "x 1.0 & 2.0;"),
                body(5, "applied to a fraction", "x 1.0 ? 1 : 2;"),
                body(5, "cannot be part of an expression", "x -0f3F800000;"),
                body(5, "':' is expected", "x 1 ? 2;"),
                body(5, "')' is expected", "x (1;"),
                body(5, "nested more than 64 deep", "x " + "(".repeat(1000) + "1;"),
                body(5, "nested more than 64 deep", "x " + "-".repeat(1000) + "1;"),
                body(5, "nested more than 64 deep", "x " + "1?".repeat(1000) + "1;"));
    }

    static Stream<Arguments> declarations() {
        return Stream.of(
                module(4, "a directive is expected, not ';'", ";"),
                module(4, "a directive is expected, not 'foo'", "foo"),
                module(4, "a directive of a module is expected, not '.local'", ".local .b32 x;"),
                module(4, "a variable or function is expected, not '.extern'", ".visible .extern .global .b32 x;"),
                module(4, "a type is expected, not '.bf16'", ".global .bf16 x;"),
                module(4, "a type is expected, not 'x'", ".global x;"),
                module(4, "a name is expected, not '.align'", ".global .b32 .align 8 x;"),
                module(4, "a name is expected, not '_'", ".global .b32 _;"),
                module(4, "';' is expected, not '.global'", ".global .b32 x .global"),
                module(4, "must be a power of two: 3", ".global .align 3 .b8 x;"),
                module(4, "an alignment must be from 1 to 1073741824, not 0", ".global .align 0 .b8 x;"),
                module(4, "a vector of 4 .f64", ".global .v4 .f64 x;"),
                module(4, "predicates can only be registers", ".global .pred x;"),
                module(4, ".unified is expected, not '.bogus'", ".global .attribute(.bogus) .b32 x;"),
                module(4, "an array without a size", ".global .b8 x[];"),
                module(4, "an array without a size, or of size zero", ".shared .b8 x[0];"),
                module(4, "the size of an array is expected, not '-'", ".global .b8 x[-1];"),
                module(4, "']' is expected, not '*'", ".global .b8 x[2*3];"),
                module(4, "an array of impossible size", ".global .b8 x[18446744073709551615];"),
                module(4, "an array of more than 2^63 bytes: x", ".global .b8 x[4294967296][4294967296];"),
                module(4, "an array of more than 2^63 bytes: x", ".global .b16 x[4611686018427387904];"),
                module(4, "too many dimensions", ".global .b8 x" + "[1]".repeat(17) + ";"),
                module(4, "';' is expected, not '<'", ".global .b8 x<4>;"),
                body(5, "registers have no elements", ".reg .b32 x[4];"),
                body(5, "the number of registers must be from 1 to 16777216, not 0", ".reg .b32 x<0>;"),
                body(5, "must be from 1 to 16777216, not 16777217", ".reg .b32 x<16777217>;"),
                body(5, "'>' is expected, not '+'", ".reg .b32 x<2+3>;"),
                module(5, "a second .file of number 1", ".file 1 \"a\"\n.file 1 \"b\""));
    }

    static Stream<Arguments> initializers() {
        return Stream.of(
                module(4, "only .global and .const variables", ".shared .b32 x = 3;"),
                module(4, "only .global and .const variables", ".extern .global .b32 x = 3;"),
                module(4, "can have no initial value", ".global .f16 x = 0.5;"),
                module(4, "more than 2 initial values", ".global .b32 x[2] = {1,2,3};"),
                module(4, "braces must follow the dimensions, is expected, not '1'", ".global .b32 x[3][2] = {1,2,3};"),
                module(4, "braces must follow the dimensions", ".global .b32 x[2] = 1;"),
                module(4, "a constant is expected, not '{'", ".global .b32 x[2] = {{1},{2}};"),
                module(4, "a constant is expected, not '}'", ".global .b32 x[2] = {1,};"),
                module(4, "an array without a size", ".global .b32 x[] = {};"),
                module(4, "wrong kind for type .f32", ".global .f32 x = 1;"),
                module(4, "wrong kind for type .s32", ".global .s32 x = 1.0;"),
                module(4, "wrong kind for type .b8", ".global .b8 x = 1.0;"),
                module(4, "a 0f literal as initial value of type .u32", ".global .u32 x = 0f3F800000;"),
                module(4, "a 0f literal as initial value of type .f64", ".global .f64 x = 0f3F800000;"),
                module(4, "an address as initial value of type .s64", ".global .b32 y; .global .s64 x = y;"),
                module(4, "an address as initial value of type .u16", ".global .b32 y; .global .u16 x = y;"),
                module(4, "the address of y, which is not declared", ".global .u64 x = y; .global .b32 y;"),
                module(4, "the address of x, which is not declared", ".global .u64 x = x;"),
                module(4, "the address of s, which is not declared", ".shared .b32 s; .global .u64 x = s;"),
                body(5, "the address of y, which is not declared", "{ .global .b32 y; } .global .u64 x = y;"),
                module(4, "a mask must select one byte, not 0xf0", ".global .b32 y; .global .u8 x = 0xF0(y);"),
                module(4, "a mask must select one byte, not 0x0", ".global .b32 y; .global .u8 x = 0(y);"),
                module(4, "short rows leave out more than", ".global .b8 x[2][9000000] = {{1},{2}};"));
    }

    static Stream<Arguments> names() {
        return Stream.of(
                body(6, "declared twice in one scope: a", ".reg .b32 a;\n.reg .f32 a;"),
                body(6, "declared twice in one scope: A", "A:\nA:"),
                body(6, "declared twice in one scope: a", ".reg .b32 a;\na:"),
                body(5, "declared twice in one scope: p", ".reg .b32 p;"),
                body(6, "declared twice in one scope, by a range first: %r5", ".reg .b32 %r<6>;\n.reg .b32 %r5;"),
                body(6, "a range that holds a name declared before: %r<6>", ".reg .b32 %r5;\n.reg .b32 %r<6>;"),
                body(6, "declared twice in one scope: %r", ".reg .b32 %r<6>;\n.reg .b32 %r<3>;"),
                body(6, "declared twice in one scope: t", "t:\nt: .branchtargets t;"),
                module(5, "a variable declared twice, first in line 4: x", ".global .b32 x;\n.global .b32 x;"),
                module(5, "declared otherwise in line 4: x", ".extern .global .b32 x;\n.global .b64 x;"),
                module(5, "declared otherwise in line 4: x", ".extern .global .b32 x[3];\n.global .b32 x[4];"),
                module(5, "a function with the name of a variable of line 4", ".global .b32 f;\n.func f;"),
                module(5, "a variable with the name of a function", ".func f;\n.global .b32 f;"),
                module(5, "both an entry and a function", ".func f;\n.entry f() { ret; }"),
                module(5, "a function declared after its body in line 4", ".func f { ret; }\n.func f { ret; }"),
                module(5, "a function declared after its body in line 4", ".func f { ret; }\n.func f;"),
                module(4, "declared twice in one scope: a", ".entry k(.param .b32 a, .param .b32 a) { ret; }"),
                module(4, "an alias takes two functions declared before", ".func f { ret; } .alias g, f;"),
                module(4, "has a body or an alias already", ".func f { ret; } .func g { ret; } .alias g, f;"),
                module(4, "an alias for an entry", ".entry f { ret; } .func g; .alias g, f;"));
    }

    static Stream<Arguments> functions() {
        return Stream.of(
                module(4, "the name of an entry is expected, not '('", ".entry (.param .b32 r) k() { ret; }"),
                module(4, "a parameter of an entry must be .param: a", ".entry k(.reg .b32 a) { ret; }"),
                module(4, "a parameter of a function must be .param or .reg: a", ".func k(.shared .b32 a) { ret; }"),
                module(4, "a state space is expected, not '.b32'", ".entry k(.param .u64 a, .b32 b) { ret; }"),
                module(4, "a state space is expected, not ')'", ".entry k(.param .u64 a,) { ret; }"),
                module(4, "a directive of a function is expected, not '.maxntid'", ".func k() .maxntid 4 { ret; }"),
                module(4, "a directive of an entry is expected, not '.noreturn'", ".entry k() .noreturn { ret; }"),
                module(4, "the number of .maxntid must be from 1 to", ".entry k() .maxntid 0 { ret; }"),
                module(4, "';' or '{' is expected, not ','", ".entry k() .maxntid 1,1,1,1 { ret; }"),
                module(5, "a directive given twice: .maxnreg", ".entry k() .maxnreg 1\n.maxnreg 2 { ret; }"),
                module(4, "an extern function cannot have a body", ".extern .func k() { ret; }"),
                module(4, ".common is for variables", ".common .func k();"),
                module(4, "';' or '{' is expected, not the end of the text", ".entry k()"));
    }

    @ParameterizedTest
    @MethodSource({
        "headers",
        "tokens",
        "instructions",
        "expressions",
        "declarations",
        "initializers",
        "names",
        "functions"
    })
    void isRefusedWithItsLine(int line, String problem, String text) {
        assertThatThrownBy(() -> PtxParser.parse("t.ptx", text))
                .isInstanceOfSatisfying(
                        PtxSyntaxException.class,
                        error -> assertThat(error.line()).isEqualTo(line))
                .hasMessageContaining(problem)
                .hasMessageStartingWith("t.ptx:" + line + ": ");
    }

    @Test
    void aTextOfMoreThanTheLimitIsRefused() {
        String text = " ".repeat(PtxParser.MAX_TEXT + 1);
        assertThatThrownBy(() -> PtxParser.parse("t.ptx", text)).hasMessageContaining("a text of more than 67108864");
    }

    @Test
    void messagesAreShort() {
        String text = Ptx.HEADER + ".global .b32 x " + "y".repeat(1 << 20);
        assertThatThrownBy(() -> PtxParser.parse("t.ptx", text))
                .satisfies(error -> assertThat(error.getMessage()).hasSizeLessThan(400));
    }
}
