package dev.clipjet.ptx.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.device.Dim3;
import dev.clipjet.ptx.emulator.Rig;
import dev.clipjet.ptx.exec.ExecutionOptions;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Arithmetic in pieces: results and carries of {@code add.cc addc sub.cc subc mad.cc madc} against integers of any length. */
class CarryFormsTest {
    private static final String[] PATTERNS = {
        "add,sub cc u32,s32,u64,s64",
        "addc,subc -,cc u32,s32,u64,s64",
        "mad lo,hi cc u32,s32,u64,s64",
        "madc lo,hi -,cc u32,s32,u64,s64",
    };

    /** Names of the forms that are tested here. */
    static List<String> forms() {
        return Vectors.expandAll(PATTERNS);
    }

    private static boolean isProduct(Form form) {
        return form.opcode().startsWith("mad");
    }

    static String operands(Form form) {
        String r = Form.width(form.type()) == 64 ? "%d" : "%r";
        return r + "0, " + r + "1, " + r + "2" + (isProduct(form) ? ", " + r + "3" : "");
    }

    @Test
    void sumsProductsAndCarriesAreExact() {
        for (String name : forms()) {
            Form form = Form.of(name);
            assertThat(Decoding.accepts(name + " " + operands(form) + ";"))
                    .as(name)
                    .isTrue();
            check(form);
        }
    }

    /** The carry comes from {@code x + x} (a borrow from {@code 0 - x}) and is seen by adding (subtracting) zeros. */
    private static void check(Form form) {
        int width = Form.width(form.type());
        boolean wide = width == 64;
        boolean difference = form.opcode().startsWith("sub");
        String convert = wide ? "mov.b64 %d" : "cvt.u32.u64 %r";
        StringBuilder load = new StringBuilder();
        for (int i = 1; i <= 4; i++) {
            load.append("ld.global.b64 %d9, [%d20+").append(8 * i - 8).append("];\n");
            load.append(convert).append(i).append(", %d9;\n");
        }
        String type = wide ? ".u64 %d" : ".u32 %r";
        String r = wide ? "%d" : "%r";
        String text = Vectors.kernel(
                "",
                2,
                "mov.u32 %r31, %tid.x;\nmov.u32 %r30, %ctaid.x;\nmad.lo.u32 %r31, %r30, 32, %r31;",
                "mul.wide.u32 %d21, %r31, 32;\nld.param.u64 %d20, [p0];\nadd.u64 %d20, %d20, %d21;",
                "mul.wide.u32 %d21, %r31, 16;\nld.param.u64 %d22, [p1];\nadd.u64 %d22, %d22, %d21;",
                load.toString(),
                difference
                        ? "sub.cc" + type + "5, 0, " + r + "4;"
                        : "neg.s" + width + " " + r + "6, " + r + "4;\nadd.cc" + type + "5, " + r + "6, " + r + "6;",
                form.name() + " " + operands(form) + ";",
                (difference ? "subc" : "addc") + type + "7, 0, 0;",
                wide ? "" : "cvt.u64.u32 %d0, %r0;\ncvt.u64.u32 %d7, %r7;",
                "st.global.v2.b64 [%d22], {%d0, %d7};");
        long top = 1L << width - 1;
        long[] edges = {0, 1, 2, -1, -2, top, top - 1, top + 1, 0x5555555555555555L, 0x10000, 0xffff, 0x123456789abcdefL
        };
        List<long[]> cases = new ArrayList<>();
        for (long a : edges) {
            for (long b : edges) {
                for (long c : isProduct(form) ? new long[] {0, 1, -1, top} : new long[1]) {
                    cases.add(new long[] {a, b, c, 0});
                    cases.add(new long[] {a, b, c, 1});
                }
            }
        }
        int n = cases.size() + 31 & -32;
        long[] slots = new long[4 * n];
        for (int i = 0; i < cases.size(); i++) {
            System.arraycopy(cases.get(i), 0, slots, 4 * i, 4);
        }
        try (Rig rig = new Rig(form.name(), text, ExecutionOptions.standard().withWorkers(1))) {
            long out = rig.raw(16L * n);
            rig.launch("k", Dim3.of(n / 32), Dim3.of(32), rig.longs(slots), out);
            long[] results = rig.readLongs(out, 2 * n);
            for (int i = 0; i < cases.size(); i++) {
                long[] x = cases.get(i);
                BigInteger exact = exact(form, x, width);
                String what = String.format("%s of %x %x %x, carry %d", form.name(), x[0], x[1], x[2], x[3]);
                assertThat(Oracle.unsigned(results[2 * i], width)).as(what).isEqualTo(wrapped(exact, width));
                long carry = form.has("cc") ? (exact.shiftRight(width).signum() == 0 ? 0 : 1) : x[3];
                long seen = difference ? -carry : carry;
                assertThat(Oracle.unsigned(results[2 * i + 1], width))
                        .as("carry after " + what)
                        .isEqualTo(Oracle.unsigned(seen, width));
            }
        }
    }

    private static BigInteger wrapped(BigInteger value, int width) {
        return value.and(BigInteger.ONE.shiftLeft(width).subtract(BigInteger.ONE));
    }

    /** What is above the width says whether there is a carry or a borrow: operands count without sign. */
    private static BigInteger exact(Form form, long[] x, int width) {
        BigInteger carry = form.opcode().endsWith("c") ? BigInteger.valueOf(x[3]) : BigInteger.ZERO;
        BigInteger a = Oracle.unsigned(x[0], width);
        BigInteger b = Oracle.unsigned(x[1], width);
        if (isProduct(form)) {
            BigInteger product = Oracle.number(x[0], form.type()).multiply(Oracle.number(x[1], form.type()));
            BigInteger part = wrapped(form.has("hi") ? product.shiftRight(width) : product, width);
            return part.add(Oracle.unsigned(x[2], width)).add(carry);
        }
        return form.opcode().startsWith("sub")
                ? a.subtract(b).subtract(carry)
                : a.add(b).add(carry);
    }
}
