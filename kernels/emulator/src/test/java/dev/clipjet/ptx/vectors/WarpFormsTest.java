package dev.clipjet.ptx.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.device.Dim3;
import dev.clipjet.ptx.emulator.Rig;
import dev.clipjet.ptx.exec.ExecutionOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.LongBinaryOperator;
import org.junit.jupiter.api.Test;

/** Exchange between the lanes of a warp: {@code shfl vote match redux elect activemask}, by the manual's definitions. */
class WarpFormsTest {
    private static final String[] PATTERNS = {
        "shfl sync up,down,bfly,idx b32",
        "vote sync all,any,uni pred",
        "vote sync ballot b32",
        "match any,all sync b32,b64",
        "redux sync add,min,max u32,s32",
        "redux sync and,or,xor b32",
        "elect sync",
        "activemask b32",
    };
    private static final int[] MEMBERS = {-1, 0x0000ffff, 0x00ff00ff, 0x80000001, 1 << 9};

    /** Names of the forms that are tested here. */
    static List<String> forms() {
        List<String> forms = new ArrayList<>();
        for (String pattern : PATTERNS) {
            forms.addAll(Vectors.expand(pattern));
        }
        return forms;
    }

    private static String operands(Form form) {
        return switch (form.opcode()) {
            case "shfl" -> "%r0|%q0, %r1, %r2, %r3, %r4";
            case "vote" -> form.has("ballot") ? "%r0, %q1, %r4" : "%q0, %q1, %r4";
            case "match" ->
                (form.has("all") ? "%r0|%q0, " : "%r0, ") + (form.type().equals("b64") ? "%d1" : "%r1") + ", %r4";
            case "redux" -> "%r0, %r1, %r4";
            case "elect" -> "%r0|%q0, %r4";
            default -> "%r0";
        };
    }

    /** Runs a form in the lanes of {@code members}; three values for each lane: 32-bit result, predicate, whether it ran. */
    private static int[] run(Form form, int members, int[] a, int[] b, int c) {
        String text = Vectors.kernel(
                "",
                3,
                Vectors.address("%d20", 0, 8) + Vectors.address("%d21", 1, 12),
                "ld.param.u64 %d22, [p2];\nld.global.u32 %r4, [%d22];\nld.global.u32 %r3, [%d22+4];",
                "ld.global.u32 %r1, [%d20];\nld.global.u32 %r2, [%d20+4];\ncvt.u64.u32 %d1, %r1;\nshl.b64 %d1, %d1, 7;",
                "and.b32 %r5, %r1, 1;\nsetp.ne.u32 %q1, %r5, 0;",
                "shr.u32 %r6, %r4, %r31;\nand.b32 %r6, %r6, 1;\nst.global.u32 [%d21+8], %r6;",
                "setp.eq.u32 %q2, %r6, 0;\n@%q2 bra DONE;",
                "mov.u32 %r0, 77;\nsetp.ne.u32 %q0, 0, 0;",
                form.name() + " " + operands(form) + ";",
                "st.global.u32 [%d21], %r0;\nselp.u32 %r7, 1, 0, %q0;\nst.global.u32 [%d21+4], %r7;\nDONE:");
        int[] pairs = new int[64];
        for (int lane = 0; lane < 32; lane++) {
            pairs[2 * lane] = a[lane];
            pairs[2 * lane + 1] = b[lane];
        }
        try (Rig rig = new Rig(form.name(), text, ExecutionOptions.standard().withWorkers(1))) {
            long out = rig.ints(new int[96]);
            rig.launch("k", Dim3.of(1), Dim3.of(32), rig.ints(pairs), out, rig.ints(members, c));
            return rig.readInts(out, 96);
        }
    }

    @Test
    void everyFormGivesWhatItsDefinitionSays() {
        for (String name : forms()) {
            Form form = Form.of(name);
            assertThat(Decoding.accepts(name + " " + operands(form) + ";"))
                    .as(name)
                    .isTrue();
            Random random = new Random(name.hashCode());
            for (int members : MEMBERS) {
                for (int kind = 0; kind < 6; kind++) {
                    check(form, members, kind, random);
                }
            }
        }
    }

    private static void check(Form form, int members, int kind, Random random) {
        int[] a = new int[32];
        int[] b = new int[32];
        for (int lane = 0; lane < 32; lane++) {
            a[lane] = kind == 0 ? 5 : kind == 1 ? 4 : kind == 2 ? random.nextInt(3) : random.nextInt();
            b[lane] = kind == 3 ? 0 : kind == 4 ? 31 : random.nextInt(40);
        }
        boolean up = form.has("up");
        int[] clamps = {up ? 0 : 31, 0x1f, 0x1800 | (up ? 0 : 31), 0x1c00 | (up ? 0 : 31), 0x1e1f, 0x100f};
        int c = clamps[kind];
        if (form.opcode().equals("shfl") && !readsMembersOnly(form, members, b, c)) {
            return;
        }
        int[] results = run(form, members, a, b, c);
        for (int lane = 0; lane < 32; lane++) {
            boolean member = (members >>> lane & 1) != 0;
            assertThat(results[3 * lane + 2]).isEqualTo(member ? 1 : 0);
            if (!member) {
                continue;
            }
            String what =
                    form.name() + " of lanes " + Integer.toHexString(members) + ", lane " + lane + ", case " + kind;
            boolean predicate = form.opcode().equals("vote") && !form.has("ballot");
            if (!predicate) {
                assertThat(results[3 * lane]).as(what).isEqualTo(value(form, members, a, b, c, lane));
            }
            if (predicate || operands(form).contains("|")) {
                assertThat(results[3 * lane + 1]).as(what).isEqualTo(predicate(form, members, a, b, c, lane) ? 1 : 0);
            }
        }
    }

    private static boolean readsMembersOnly(Form form, int members, int[] b, int c) {
        for (int lane = 0; lane < 32; lane++) {
            int from = source(form, lane, b[lane], c);
            if ((members >>> lane & 1) != 0 && from >= 0 && (members >>> from & 1) == 0) {
                return false;
            }
        }
        return true;
    }

    /** The lane that a shuffle reads by the manual's pseudo code; -1 where the predicate is false. */
    private static int source(Form form, int lane, int b, int c) {
        int offset = b & 31;
        int clamp = c & 31;
        int segment = c >> 8 & 31;
        int maxLane = (lane & segment) | (clamp & ~segment);
        int minLane = lane & segment;
        int j = form.has("up")
                ? lane - offset
                : form.has("down") ? lane + offset : form.has("bfly") ? lane ^ offset : minLane | (offset & ~segment);
        boolean valid = form.has("up") ? j >= maxLane : j <= maxLane;
        return valid ? j : -1;
    }

    private static int value(Form form, int members, int[] a, int[] b, int c, int lane) {
        switch (form.opcode()) {
            case "shfl": {
                int from = source(form, lane, b[lane], c);
                return a[from < 0 ? lane : from];
            }
            case "vote", "activemask", "match": {
                int lanes = 0;
                for (int other = 0; other < 32; other++) {
                    boolean counts = form.opcode().equals("vote")
                            ? (a[other] & 1) != 0
                            : form.opcode().equals("activemask") || a[other] == a[lane];
                    lanes |= counts ? 1 << other : 0;
                }
                lanes &= members;
                return form.has("all") && lanes != members ? 0 : lanes;
            }
            case "elect":
                return Integer.numberOfTrailingZeros(members);
            default: {
                boolean signed = form.type().equals("s32");
                LongBinaryOperator op = form.has("add")
                        ? Long::sum
                        : form.has("min")
                                ? Math::min
                                : form.has("max")
                                        ? Math::max
                                        : form.has("and")
                                                ? (x, y) -> x & y
                                                : form.has("or") ? (x, y) -> x | y : (x, y) -> x ^ y;
                Long result = null;
                for (int other = 0; other < 32; other++) {
                    long operand = signed ? a[other] : a[other] & 0xffff_ffffL;
                    if ((members >>> other & 1) != 0) {
                        result = result == null ? operand : op.applyAsLong(result, operand);
                    }
                }
                return (int) (long) result;
            }
        }
    }

    private static boolean predicate(Form form, int members, int[] a, int[] b, int c, int lane) {
        int votes = 0;
        for (int other = 0; other < 32; other++) {
            votes |= (members >>> other & 1) != 0 && (a[other] & 1) != 0 ? 1 << other : 0;
        }
        return switch (form.opcode()) {
            case "shfl" -> source(form, lane, b[lane], c) >= 0;
            case "match" -> value(form, members, a, b, c, lane) == members;
            case "elect" -> lane == Integer.numberOfTrailingZeros(members);
            default ->
                form.has("all") ? votes == members : form.has("any") ? votes != 0 : votes == 0 || votes == members;
        };
    }
}
