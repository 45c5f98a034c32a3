package dev.clipjet.ptx.vectors;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** What the tests of instructions that need a kernel of their own share: names of all forms, and kernels of one warp. */
final class Vectors {
    private Vectors() {}

    /** All names of a pattern: parts apart by spaces, alternatives by commas, a dash for nothing. */
    static List<String> expand(String pattern) {
        String[] parts = pattern.split(" ");
        List<String> names = List.of(parts[0]);
        for (int i = 1; i < parts.length; i++) {
            List<String> longer = new ArrayList<>();
            for (String name : names) {
                for (String choice : parts[i].split(",")) {
                    longer.add(choice.equals("-") ? name : name + "." + choice);
                }
            }
            names = longer;
        }
        return names;
    }

    /** All names of some patterns whose opcodes too may be alternatives. */
    static List<String> expandAll(String... patterns) {
        List<String> names = new ArrayList<>();
        for (String pattern : patterns) {
            int space = pattern.indexOf(' ');
            for (String opcode : pattern.substring(0, space).split(",")) {
                names.addAll(expand(opcode + pattern.substring(space)));
            }
        }
        return names;
    }

    /** A module of one entry with so many 64-bit parameters {@code p0 p1 ...}, registers declared. */
    static String kernel(String declarations, int parameters, String... statements) {
        StringBuilder text = new StringBuilder(".version 8.0\n.target sm_90a\n.address_size 64\n")
                .append(declarations)
                .append(".visible .entry k(");
        for (int i = 0; i < parameters; i++) {
            text.append(i == 0 ? "" : ", ").append(".param .u64 p").append(i);
        }
        text.append(")\n{\n.reg .pred %q<8>;\n.reg .b16 %h<8>;\n.reg .b32 %r<32>;\n.reg .b64 %d<32>;\n");
        for (String statement : statements) {
            text.append(statement).append(statement.endsWith("\n") ? "" : "\n");
        }
        return text.append("ret;\n}\n").toString();
    }

    /** Puts the address {@code parameter + stride * lane} into a register; uses %r31 %d31. */
    static String address(String register, int parameter, int stride) {
        return "mov.u32 %r31, %laneid;\nmul.wide.u32 %d31, %r31, " + stride + ";\nld.param.u64 " + register + ", [p"
                + parameter + "];\nadd.u64 " + register + ", " + register + ", %d31;\n";
    }

    static String list(String prefix, int from, int count) {
        String registers = String.join(
                ", ",
                IntStream.range(from, from + count).mapToObj(i -> prefix + i).toList());
        return count == 1 ? registers : "{" + registers + "}";
    }

    static byte[] bytes(String seed, int count) {
        byte[] bytes = new byte[count];
        new Random(seed.hashCode()).nextBytes(bytes);
        return bytes;
    }
}
