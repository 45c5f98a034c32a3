package dev.clipjet.ptx.vectors;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Operands to try with an instruction's name; it exists if one of the choices is accepted. */
final class OperandChoices {
    private OperandChoices() {}

    static List<String> of(String name) {
        Form form = Form.of(name);
        String r = form.types().isEmpty()
                ? "%r"
                : register(form.types().get(form.types().size() - 1));
        return switch (form.opcode()) {
            case "ld", "ldu" -> hinted(vectors(form, "", ", [%d20]", ", [p0]"));
            case "st" -> hinted(vectors(form, "[%d20], ", "", "[v], "));
            case "atom" -> hinted(List.of(r + "0, [%d20], " + r + "1", r + "0, [%d20], " + r + "1, " + r + "2"));
            case "red" -> hinted(List.of("[%d20], " + r + "1", "[%d20], " + r + "1, " + r + "2"));
            case "createpolicy" -> List.of("%d0", "%d0, %r1", "%d0, %d1", "%d0, [%d20], 1024, 2048");
            case "shfl" -> List.of("%r0|%q0, %r1, %r2, %r3, %r4", "%d0|%q0, %d1, %r2, %r3, %r4");
            case "vote" -> List.of("%r0, %q1, %r4", "%q0, %q1, %r4");
            case "match" -> List.of("%r0, " + r + "1, %r4", "%r0|%q0, " + r + "1, %r4");
            case "redux" -> List.of(r + "0, " + r + "1, %r4");
            case "elect" -> List.of("%r0|%q0, %r4");
            case "activemask" -> List.of(r + "0");
            case "ldmatrix", "stmatrix", "movmatrix" -> List.of(MatrixFormsTest.operands(form), "%r0, [%d20]");
            case "mma" ->
                Stream.concat(
                                Stream.of("{%d0, %d1}, {%d2}, {%d3}, {%d4, %d5}"),
                                Stream.of(
                                                new int[] {4, 4, 2},
                                                new int[] {2, 4, 2},
                                                new int[] {4, 2, 1},
                                                new int[] {2, 2, 1},
                                                new int[] {2, 1, 1})
                                        .map(n -> list("%r", n[0]) + ", " + list("%r", n[1]) + ", " + list("%r", n[2])
                                                + ", " + list("%r", n[0])))
                        .toList();
            case "wmma" -> WmmaFormsTest.choices(form);
            case "wgmma" -> warpgroup(form);
            case "cp" ->
                List.of(
                        "",
                        "0",
                        "[%d21]",
                        "[%d21], [%d20], 4",
                        "[%d21], [%d20], 16",
                        "[%d21], [%d20], 16, %d1",
                        "[%d21], [%d20], %r1",
                        "[%d21], [%d20], %r1, %d1",
                        "[%d21], [%d20], %r1, [%d22]",
                        "[%d21], [%d20], %r1, [%d22], %d1",
                        "[%d21], [%d20], %r1, [%d22], %h1",
                        "[%d21], [%d20], %r1, [%d22], %h1, %d1");
            case "mbarrier" ->
                List.of(
                        "[%d20]",
                        "[%d20], %r1",
                        "%d0, [%d20]",
                        "%d0, [%d20], %r1",
                        "_, [%d20]",
                        "_, [%d20], %r1",
                        "%q0, [%d20], %d1",
                        "%q0, [%d20], %r1",
                        "%r0, %d1");
            case "bar", "barrier" -> List.of("", "1", "1, 64", "%r1, %r2", "%r0, 1, %q0", "%q0, 1, %q1");
            case "fence", "membar", "griddepcontrol", "ret", "exit", "trap", "brkpt" -> List.of("");
            case "prefetch", "prefetchu" -> List.of("[%d20]");
            case "nanosleep" -> List.of(r + "1");
            case "setmaxnreg" -> List.of("64");
            case "bra" -> List.of("L");
            case "brx" -> List.of("%r1, T");
            case "call" -> List.of("f");
            case "cvta" -> List.of("%d0, %d1", "%r0, %r1");
            case "isspacep" -> List.of("%q0, %d1", "%q0, %r1");
            case "mapa" -> List.of("%d0, %d1, %r1", "%r0, %r1, %r2");
            case "getctarank" -> List.of("%r0, %d1", "%r0, %r1");
            default -> scalar(form, r);
        };
    }

    /** With a cache policy behind them too. */
    private static List<String> hinted(List<String> choices) {
        List<String> all = new ArrayList<>(choices);
        choices.forEach(choice -> all.add(choice + ", %d1"));
        return all;
    }

    private static List<String> scalar(Form form, String r) {
        List<String> choices = new ArrayList<>();
        if (form.opcode().equals("mov")) {
            choices.addAll(List.of("{%h0, %h1}, {%h2, %h3}", "{%r0, %r1}, {%r2, %r3}", "{%d0, %d1}, {%d2, %d3}"));
            choices.add("{%r0, %r1, %r2, %r3}, {%r4, %r5, %r6, %r7}");
        }
        switch (form.opcode()) {
            case "cvt" -> choices.addAll(List.of("%h0, %r1, %r2", "%h0, %r1", "%r0, %h1"));
            case "add", "min", "max" -> choices.add("%r0, %r1, %r2");
            case "vabsdiff4" -> choices.add("%r0, %r1, %r2, %r3");
            case "set" ->
                choices.addAll(List.of("%r0, %r1, %r2", "%r0, %r1, %r2, %q3", "%h0, %h1, %h2", "%h0, %h1, %h2, %q3"));
            default -> {}
        }
        if (form.opcode().equals("setp")) {
            choices.addAll(List.of(PackedFormsTest.operands(form)));
        }
        if (form.opcode().equals("addc")
                || form.opcode().equals("subc")
                || form.opcode().equals("madc")) {
            choices.add(form.types().isEmpty() ? "%r0, %r1, %r2" : CarryFormsTest.operands(form));
            return choices;
        }
        List<String> signature = signature(form);
        if (signature == null) {
            return choices;
        }
        StringBuilder operands = new StringBuilder();
        for (int i = 0; i < signature.size(); i++) {
            String type = signature.get(i);
            operands.append(i == 0 ? "" : ", ");
            operands.append(type.equals("lut") ? "150" : register(type) + i);
        }
        choices.add(operands.toString());
        return choices;
    }

    /** Null where too few types are named. */
    private static List<String> signature(Form form) {
        boolean two = List.of("set", "cvt", "vadd", "vsub").contains(form.opcode());
        int least = form.opcode().startsWith("v") ? 3 : two ? 2 : 0;
        return form.types().size() < least
                        || form.opcode().startsWith("dp") && form.types().isEmpty()
                ? null
                : form.signature();
    }

    private static String register(String type) {
        return switch (Form.width(type)) {
            case 1 -> "%q";
            case 64 -> "%d";
            case 32 -> "%r";
            default -> "%h";
        };
    }

    private static List<String> vectors(Form form, String before, String after, String other) {
        String r = form.types().isEmpty() ? "%r" : register(form.type());
        int n = form.has("v4") ? 4 : form.has("v2") ? 2 : 1;
        String registers = n == 1 ? r + "0" : list(r, n);
        return List.of(before + registers + after, before.isEmpty() ? registers + other : other + registers);
    }

    private static String list(String prefix, int count) {
        return "{" + Vectors.list(prefix, 0, count).replaceAll("[{}]", "") + "}";
    }

    private static List<String> warpgroup(Form form) {
        List<String> choices = new ArrayList<>(List.of("", "0"));
        Matcher shape = Pattern.compile("m64n(\\d+)k").matcher(form.name());
        if (shape.find()) {
            int n = Integer.parseInt(shape.group(1));
            String d = list("%r", !form.types().isEmpty() && form.type().equals("f16") ? n / 4 : n / 2);
            choices.add(d + ", %d1, %d2, 1, 1, 1");
            choices.add(d + ", %d1, %d2, 1, 1, 1, 0, 0");
        }
        return choices;
    }
}
