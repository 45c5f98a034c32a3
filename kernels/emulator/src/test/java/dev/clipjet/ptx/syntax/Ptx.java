package dev.clipjet.ptx.syntax;

import java.util.List;

/** Short ways to a tree. */
final class Ptx {
    static final String HEADER = ".version 8.0\n.target sm_80\n.address_size 64\n";

    private Ptx() {}

    /** A module of declarations; the first line after the header is line 4. */
    static PtxModule module(String declarations) {
        return PtxParser.parse("t.ptx", HEADER + declarations);
    }

    /** The statements of an entry; they begin in line 5. */
    static List<Statement> body(String statements) {
        return module(entry(statements)).functions().get(0).body().statements();
    }

    static String entry(String statements) {
        return ".visible .entry k(.param .u64 p) {\n" + statements + "\n}\n";
    }

    static Statement.Instruction instruction(String text) {
        return (Statement.Instruction) body(text).get(0);
    }

    static Operand operand(String text) {
        return instruction("x " + text + ";").operands().get(0);
    }

    static Variable variable(String text) {
        List<Variable> variables = module(text).variables();
        return variables.get(variables.size() - 1);
    }
}
