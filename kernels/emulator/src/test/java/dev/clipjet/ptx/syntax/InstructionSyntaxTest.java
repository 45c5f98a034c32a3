package dev.clipjet.ptx.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.ptx.syntax.Operand.Address;
import dev.clipjet.ptx.syntax.Operand.Coordinates;
import dev.clipjet.ptx.syntax.Operand.DoubleLiteral;
import dev.clipjet.ptx.syntax.Operand.FloatLiteral;
import dev.clipjet.ptx.syntax.Operand.IntegerLiteral;
import dev.clipjet.ptx.syntax.Operand.Name;
import dev.clipjet.ptx.syntax.Operand.Negated;
import dev.clipjet.ptx.syntax.Operand.Pair;
import dev.clipjet.ptx.syntax.Operand.Sink;
import dev.clipjet.ptx.syntax.Operand.Sum;
import dev.clipjet.ptx.syntax.Operand.Tuple;
import dev.clipjet.ptx.syntax.Operand.Vector;
import dev.clipjet.ptx.syntax.Statement.Block;
import dev.clipjet.ptx.syntax.Statement.CallPrototype;
import dev.clipjet.ptx.syntax.Statement.Declaration;
import dev.clipjet.ptx.syntax.Statement.Instruction;
import dev.clipjet.ptx.syntax.Statement.Label;
import dev.clipjet.ptx.syntax.Statement.Location;
import dev.clipjet.ptx.syntax.Statement.Pragma;
import dev.clipjet.ptx.syntax.Statement.Targets;
import java.util.List;
import org.junit.jupiter.api.Test;

class InstructionSyntaxTest {
    @Test
    void instructionHasOpcodeModifiersOperandsAndLine() {
        assertThat(Ptx.body("\n  ld.global.L1::no_allocate.L2::128B.v4.f32 {%f1, %f2, _, %f4}, [%rd1+-16];"))
                .containsExactly(new Instruction(
                        null,
                        false,
                        "ld",
                        List.of("global", "L1::no_allocate", "L2::128B", "v4", "f32"),
                        List.of(
                                new Vector(List.of(new Name("%f1"), new Name("%f2"), new Sink(), new Name("%f4"))),
                                new Address("%rd1", -16)),
                        6));
    }

    @Test
    void nameJoinsOpcodeAndModifiers() {
        String name = "cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes";
        Instruction copy = Ptx.instruction(name + " [%r1], [%rd1, {%r2, %r3}], [%r4];");
        assertThat(copy.name()).isEqualTo(name);
        assertThat(copy.modifiers()).contains("2d", "shared::cluster", "mbarrier::complete_tx::bytes");
        assertThat(copy.operands().get(1))
                .isEqualTo(new Coordinates(
                        new Address("%rd1", 0), List.of(new Vector(List.of(new Name("%r2"), new Name("%r3"))))));
    }

    @Test
    void guardsMayBeNegatedAndSpaced() {
        assertThat(Ptx.instruction("@%p1 bra.uni $L__BB0_2;"))
                .isEqualTo(new Instruction("%p1", false, "bra", List.of("uni"), List.of(new Name("$L__BB0_2")), 5));
        assertThat(Ptx.instruction("@! %p1\nret;"))
                .isEqualTo(new Instruction("%p1", true, "ret", List.of(), List.of(), 6));
    }

    @Test
    void operands() {
        assertThat(Ptx.operand("%tid.x")).isEqualTo(new Name("%tid.x"));
        assertThat(Ptx.operand("!%p1")).isEqualTo(new Negated("%p1"));
        assertThat(Ptx.operand("%p1|%p2")).isEqualTo(new Pair(new Name("%p1"), new Name("%p2")));
        assertThat(Ptx.operand("_|%p2")).isEqualTo(new Pair(new Sink(), new Name("%p2")));
        assertThat(Ptx.operand("%r1|_")).isEqualTo(new Pair(new Name("%r1"), new Sink()));
        assertThat(Ptx.operand("{a,b}|%p"))
                .isEqualTo(new Pair(new Vector(List.of(new Name("a"), new Name("b"))), new Name("%p")));
        assertThat(Ptx.operand("sym+4")).isEqualTo(new Sum("sym", 4));
        assertThat(Ptx.operand("{-1, 0f3F800000}"))
                .isEqualTo(new Vector(List.of(new IntegerLiteral(-1), new FloatLiteral(0x3F800000))));
        assertThat(Ptx.operand("[p]")).isEqualTo(new Address("p", 0));
        assertThat(Ptx.operand("[p+4+8]")).isEqualTo(new Address("p", 12));
        assertThat(Ptx.operand("[p+(1<<4)*2]")).isEqualTo(new Address("p", 32));
        assertThat(Ptx.operand("[0x10]")).isEqualTo(new Address(null, 16));
        assertThat(Ptx.operand("[t, s, {%f1}]"))
                .isEqualTo(new Coordinates(
                        new Address("t", 0), List.of(new Name("s"), new Vector(List.of(new Name("%f1"))))));
    }

    @Test
    void literals() {
        assertThat(Ptx.operand("0F3f800000")).isEqualTo(new FloatLiteral(0x3F800000));
        assertThat(Ptx.operand("0fFFC00001")).isEqualTo(new FloatLiteral(0xFFC00001));
        assertThat(Ptx.operand("0dBFF0000000000000")).isEqualTo(new DoubleLiteral(0xBFF0000000000000L));
        assertThat(Ptx.operand("1.5e-3")).isEqualTo(new DoubleLiteral(Double.doubleToRawLongBits(1.5e-3)));
        assertThat(Ptx.operand("-.5")).isEqualTo(new DoubleLiteral(Double.doubleToRawLongBits(-0.5)));
        assertThat(Ptx.operand("-2147483648")).isEqualTo(new IntegerLiteral(-2147483648L));
        assertThat(Ptx.operand("-9223372036854775808")).isEqualTo(new IntegerLiteral(Long.MIN_VALUE));
        assertThat(Ptx.operand("18446744073709551615")).isEqualTo(new IntegerLiteral(-1));
        assertThat(Ptx.operand("0xFFFFU")).isEqualTo(new IntegerLiteral(0xFFFF));
        assertThat(Ptx.operand("0b101")).isEqualTo(new IntegerLiteral(5));
        assertThat(Ptx.operand("0755")).isEqualTo(new IntegerLiteral(0755));
        assertThat(Ptx.operand("WARP_SZ")).isEqualTo(new IntegerLiteral(32));
    }

    @Test
    void callsKeepResultsCalleeArgumentsAndPrototype() {
        Operand result = new Tuple(List.of(new Name("retval0")));
        Operand arguments = new Tuple(List.of(new Name("param0"), new IntegerLiteral(3)));
        assertThat(Ptx.instruction("call.uni (retval0),\n f,\n (\n param0,\n 3\n );")
                        .operands())
                .containsExactly(result, new Name("f"), arguments);
        assertThat(Ptx.instruction("call (retval0), %rd1, (param0, 3), prototype_0;")
                        .operands())
                .containsExactly(result, new Name("%rd1"), arguments, new Name("prototype_0"));
        assertThat(Ptx.instruction("call f;").operands()).containsExactly(new Name("f"));
        assertThat(Ptx.instruction("call f, ();").operands()).containsExactly(new Name("f"), new Tuple(List.of()));
    }

    @Test
    void scopesOfInlineAssemblyMayRepeatNames() {
        String assembly = "{ .reg .pred p; WAIT: setp.eq.u32 p, %r1, 0;\n @p bra DONE; bra WAIT; DONE: }";
        List<Statement> statements = Ptx.body(assembly + "\n" + assembly);
        assertThat(statements).hasSize(2);
        Block first = (Block) statements.get(0);
        assertThat(first.line()).isEqualTo(5);
        assertThat(first.statements()).hasSize(6);
        assertThat(first.statements().get(1)).isEqualTo(new Label("WAIT", 5));
        assertThat(first.statements().get(5)).isEqualTo(new Label("DONE", 6));
        assertThat(((Block) statements.get(1)).statements().get(5)).isEqualTo(new Label("DONE", 8));
    }

    @Test
    void otherStatements() {
        assertThat(Ptx.body(".loc 1 2 3\n.loc 1 4 5, function_name $L__info_string0, inlined_at 1 9 11\n"
                        + ".pragma \"nounroll\";\nA: B:\nts: .branchtargets A, B;\nfs: .calltargets f;"))
                .containsExactly(
                        new Location(1, 2, 3, 5),
                        new Location(1, 4, 5, 6),
                        new Pragma(List.of("nounroll"), 7),
                        new Label("A", 8),
                        new Label("B", 8),
                        new Targets("ts", false, List.of("A", "B"), 9),
                        new Targets("fs", true, List.of("f"), 10));
        CallPrototype prototype = (CallPrototype)
                Ptx.body("p0: .callprototype (.param .b32 _) _ (.param .b64 _, .param .align 8 .b8 _[16]);")
                        .get(0);
        assertThat(prototype.name()).isEqualTo("p0");
        assertThat(prototype.results())
                .singleElement()
                .extracting(Variable::type)
                .isEqualTo("b32");
        assertThat(prototype.parameters()).extracting(Variable::elements).containsExactly(1L, 16L);
    }

    @Test
    void declarationsInBodiesKeepTheirPlace() {
        List<Statement> statements = Ptx.body(".reg .b32 %r<5>, x;\n.shared .align 16 .b8 s[64];");
        assertThat(statements).allMatch(Declaration.class::isInstance);
        assertThat(statements)
                .extracting(statement -> ((Declaration) statement).variable().name())
                .containsExactly("%r", "x", "s");
        assertThat(((Declaration) statements.get(0)).variable().count()).isEqualTo(5);
        assertThat(((Declaration) statements.get(1)).variable().count()).isZero();
        assertThat(statements.get(2).line()).isEqualTo(6);
    }

    @Test
    void commentsAndLineMarkersVanish() {
        assertThat(Ptx.body("mov/* \n */.u32 // x\n# 7 \"file.cu\"\n%r1, 1;"))
                .containsExactly(new Instruction(
                        null, false, "mov", List.of("u32"), List.of(new Name("%r1"), new IntegerLiteral(1)), 5));
    }
}
