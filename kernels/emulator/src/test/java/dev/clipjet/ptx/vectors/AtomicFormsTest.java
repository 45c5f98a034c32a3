package dev.clipjet.ptx.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.device.Dim3;
import dev.clipjet.ptx.emulator.Rig;
import dev.clipjet.ptx.exec.ExecutionOptions;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every atomic operation leaves in memory and gives back, by its definition; each lane has a cell of its own. */
class AtomicFormsTest {
    private static final String[] PATTERNS = {
        "atom,red -,global,shared add u32,s32,u64,f32,f64",
        "atom,red -,global,shared add noftz f16,bf16,f16x2,bf16x2",
        "atom,red -,global,shared min,max u32,s32,u64,s64",
        "atom,red -,global,shared inc,dec u32",
        "atom,red -,global,shared and,or,xor b32,b64",
        "atom -,global,shared exch b32,b64",
        "atom -,global,shared cas b16,b32,b64",
        "atom,red shared::cluster add u32,s32,u64,f32,f64",
        "atom,red shared::cluster add noftz f16,bf16,f16x2,bf16x2",
        "atom,red shared::cluster min,max u32,s32,u64,s64",
        "atom,red shared::cluster inc,dec u32",
        "atom,red shared::cluster and,or,xor b32,b64",
        "atom shared::cluster exch b32,b64",
        "atom shared::cluster cas b16,b32,b64",
        "atom,red -,global add L2::cache_hint u32",
        "atom global cas L2::cache_hint b64",
        "atom,red relaxed,acquire,release,acq_rel cta,cluster,gpu,sys global,shared::cta add u32",
    };

    /** Names of the forms that are tested here. */
    static List<String> forms() {
        return Vectors.expandAll(PATTERNS);
    }

    private static String register(Form form) {
        int width = Form.width(form.type());
        return width == 64 ? "%d" : width == 16 ? "%h" : "%r";
    }

    static String operands(Form form) {
        String r = register(form);
        return (form.opcode().equals("atom") ? r + "0, " : "") + "[%d20], " + r + "1"
                + (form.has("cas") ? ", " + r + "2" : "")
                + (form.has("L2::cache_hint") ? ", %d12" : "");
    }

    @Test
    void everyFormLeavesAndReturnsWhatItsDefinitionSays() {
        for (String name : forms()) {
            Form form = Form.of(name);
            assertThat(Decoding.accepts(name + " " + operands(form) + ";"))
                    .as(name)
                    .isTrue();
            check(form);
        }
    }

    private static void check(Form form) {
        int width = Form.width(form.type());
        String r = register(form);
        String convert = width == 64 ? "mov.b64 " + r : "cvt.u" + width + ".u64 " + r;
        boolean shared = form.name().contains("shared");
        String space = shared ? "shared" : "global";
        boolean returns = form.opcode().equals("atom");
        String text = Vectors.kernel(
                "",
                3,
                ".shared .align 8 .b8 s[1024];",
                "mov.u32 %r31, %tid.x;\nmov.u32 %r30, %ctaid.x;\nmad.lo.u32 %r29, %r30, 128, %r31;",
                "mul.wide.u32 %d21, %r29, 32;\nld.param.u64 %d22, [p0];\nadd.u64 %d22, %d22, %d21;",
                "ld.global.v2.b64 {%d10, %d11}, [%d22];\nld.global.b64 %d12, [%d22+16];",
                convert + "1, %d11;\n" + convert + "2, %d12;",
                shared
                        ? "mov.u64 %d20, s;\nmul.wide.u32 %d21, %r31, 8;\nadd.u64 %d20, %d20, %d21;"
                        : "ld.param.u64 %d20, [p2];\nmul.wide.u32 %d21, %r29, 8;\nadd.u64 %d20, %d20, %d21;",
                "st." + space + ".b64 [%d20], %d10;",
                form.name() + " " + operands(form) + ";",
                "ld." + space + ".b64 %d13, [%d20];\nmov.b64 %d14, 0;",
                !returns ? "" : width == 64 ? "mov.b64 %d14, %d0;" : "cvt.u64.u" + width + " %d14, " + r + "0;",
                "mul.wide.u32 %d21, %r29, 16;\nld.param.u64 %d22, [p1];\nadd.u64 %d22, %d22, %d21;",
                "st.global.v2.b64 [%d22], {%d13, %d14};");
        String type = form.type();
        long[][] x = Operands.of(Form.of("add." + type));
        int n = Math.min(x[0].length, 768) & -128;
        long[] slots = new long[4 * n];
        for (int i = 0; i < n; i++) {
            slots[4 * i] = 0x7777_7777_7777_7777L << width - 1 << 1 | x[0][i];
            slots[4 * i + 1] = x[1][i];
            slots[4 * i + 2] = x[0][n - 1 - i];
            if (form.has("cas") && i % 2 == 0) {
                slots[4 * i + 1] = x[0][i];
            }
        }
        if (width == 64) {
            for (int i = 0; i < n; i++) {
                slots[4 * i] = x[0][i];
            }
        }
        try (Rig rig = new Rig(form.name(), text, ExecutionOptions.standard().withWorkers(1))) {
            long out = rig.raw(16L * n);
            rig.launch("k", Dim3.of(n / 128), Dim3.of(128), rig.longs(slots), out, rig.raw(8L * n));
            long[] results = rig.readLongs(out, 2 * n);
            for (int i = 0; i < n; i++) {
                long[] operands = {slots[4 * i], slots[4 * i + 1], slots[4 * i + 2]};
                String what = String.format("%s of %x with %x %x", form.name(), operands[0], operands[1], operands[2]);
                BigInteger after = after(form, operands, shared);
                long mask = width == 64 ? -1 : (1L << width) - 1;
                Format format = Format.of(type);
                boolean nan = format == Format.F64 && format.isNan(after.longValue()) && format.isNan(results[2 * i]);
                assertThat(nan || (results[2 * i] & mask) == after.longValue())
                        .as(what + " leaves " + Long.toHexString(results[2 * i]))
                        .isTrue();
                assertThat(results[2 * i] & ~mask).as(what + " beside it").isEqualTo(operands[0] & ~mask);
                assertThat(results[2 * i + 1]).as(what + " returns").isEqualTo(returns ? operands[0] & mask : 0);
            }
        }
    }

    private static BigInteger after(Form form, long[] x, boolean shared) {
        String type = form.type();
        int width = Form.width(type);
        BigInteger a = Oracle.number(x[0], type);
        BigInteger b = Oracle.number(x[1], type);
        String op = form.modifiers().stream()
                .filter(word -> List.of("add", "min", "max", "inc", "dec", "and", "or", "xor", "exch", "cas")
                        .contains(word))
                .findFirst()
                .orElseThrow();
        BigInteger value = switch (op) {
            case "exch" -> b;
            case "cas" -> a.equals(b) ? Oracle.number(x[2], type) : a;
            case "inc" -> a.compareTo(b) >= 0 ? BigInteger.ZERO : a.add(BigInteger.ONE);
            case "dec" -> a.signum() == 0 || a.compareTo(b) > 0 ? b : a.subtract(BigInteger.ONE);
            default -> {
                // In global memory sums of single precision lose subnormals, in shared memory they do not.
                String name = op + (type.equals("f32") && !shared ? ".ftz" : "") + "." + type;
                boolean packed = type.endsWith("x2");
                yield Oracle.result(Form.of(name), packed || width < 64 ? masked(x, width) : x);
            }
        };
        return Oracle.unsigned(value.longValue(), width);
    }

    private static long[] masked(long[] x, int width) {
        long mask = (1L << width) - 1;
        return new long[] {x[0] & mask, x[1] & mask};
    }
}
