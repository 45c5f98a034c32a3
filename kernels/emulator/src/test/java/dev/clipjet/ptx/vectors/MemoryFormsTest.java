package dev.clipjet.ptx.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.device.Dim3;
import dev.clipjet.ptx.emulator.Rig;
import dev.clipjet.ptx.exec.ExecutionOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Loads and stores of every space, type and number of elements, against bytes put together and taken apart by hand. */
class MemoryFormsTest {
    private static final String TYPES = "b8,u8,s8,b16,u16,s16,b32,u32,s32,f32,b64,u64,s64,f64";
    private static final String ORDERS = "weak,volatile,relaxed.cta,relaxed.cluster,relaxed.gpu,relaxed.sys";
    private static final String PLACES = "L1::evict_normal,L1::evict_unchanged,L1::evict_first,L1::evict_last,"
            + "L1::no_allocate,L2::64B,L2::128B,L2::256B";

    private static final String[] LOADS = {
        "ld -,global,shared,local,const,param -,v2,v4 " + TYPES,
        "ldu -,global -,v2,v4 " + TYPES,
        "ldu weak -,global b32",
        "ld " + ORDERS + ",acquire.cta,acquire.cluster,acquire.gpu,acquire.sys,mmio.sys,mmio.cta,mmio.gpu,mmio.cluster"
                + " global,shared -,v2 u32",
        "ld global ca,cg,cs,lu,cv,nc,unified," + PLACES + " -,v4 f32",
        "ld shared::cta,param::entry,param::func b32",
        "ld shared::cluster -,v2,v4 " + TYPES,
        "ld -,global L2::cache_hint -,v4 b32",
    };

    private static final String[] STORES = {
        "st -,global,shared,local,param -,v2,v4 " + TYPES,
        "st " + ORDERS + ",release.cta,release.cluster,release.gpu,release.sys,mmio.sys,mmio.cta,mmio.gpu,mmio.cluster"
                + " global,shared -,v2 u32",
        "st global wb,cg,cs,wt," + PLACES + " -,v4 f32",
        "st shared::cta,param::func b32",
        "st shared::cluster -,v2,v4 " + TYPES,
        "st -,global L2::cache_hint -,v4 b32",
    };

    /** Names of the forms that are tested here, as far as the emulator accepts them. */
    static List<String> forms() {
        List<String> forms = new ArrayList<>();
        for (String[] patterns : new String[][] {LOADS, STORES}) {
            Arrays.stream(patterns)
                    .flatMap(pattern -> Vectors.expand(pattern).stream())
                    .forEach(forms::add);
        }
        return forms;
    }

    private static boolean isSpace(Form form, String space) {
        return form.modifiers().stream().anyMatch(word -> word.equals(space) || word.startsWith(space + "::"));
    }

    private static int elements(Form form) {
        return form.has("v2") ? 2 : form.has("v4") ? 4 : 1;
    }

    /** The policy that a hint takes; its value is opaque. */
    private static String policy(Form form) {
        return form.has("L2::cache_hint") ? ", %d29" : "";
    }

    private static String register(int width, int index) {
        return (width == 64 ? "%d" : width == 32 ? "%r" : "%h") + index;
    }

    private static String registers(Form form, int width) {
        int n = elements(form);
        StringBuilder all = new StringBuilder(register(width, 1));
        for (int i = 2; i <= n; i++) {
            all.append(", ").append(register(width, i));
        }
        return n == 1 ? all.toString() : "{" + all + "}";
    }

    @Test
    void everyLoadGivesTheBytesOfItsPlace() {
        int tested = 0;
        for (String name : forms()) {
            Form form = Form.of(name);
            for (int width : new int[] {16, 32, 64}) {
                if (!form.opcode().startsWith("ld") || width < Form.width(form.type())) {
                    continue;
                }
                String operands = registers(form, width) + ", ";
                if (Decoding.accepts(
                        name + " " + operands + (isSpace(form, "param") ? "[p0]" : "[%d9]") + policy(form) + ";")) {
                    load(form, width, operands);
                    tested++;
                }
            }
        }
        System.out.println(tested + " forms of loads");
        assertThat(tested).isGreaterThan(250);
    }

    private static void load(Form form, int width, String operands) {
        byte[] content = Vectors.bytes(form.name(), 512);
        StringBuilder table = new StringBuilder(".const .align 16 .b8 c[512] = {");
        for (int i = 0; i < content.length; i++) {
            table.append(i == 0 ? "" : ", ").append(content[i] & 0xff);
        }
        String place = "[%d9]";
        String prepare = "mov.u64 %d9, %d20;";
        if (isSpace(form, "shared")) {
            prepare = "mov.u64 %d9, s;\nadd.u64 %d9, %d9, %d31;\nst.shared.v2.b64 [%d9], {%d22, %d23};";
        } else if (isSpace(form, "local")) {
            prepare = "mov.u64 %d9, l;\nst.local.v2.b64 [%d9], {%d22, %d23};";
        } else if (isSpace(form, "const")) {
            prepare = "mov.u64 %d9, c;\nadd.u64 %d9, %d9, %d31;";
        } else if (isSpace(form, "param")) {
            prepare = "";
            place = "[p2+80]";
        }
        StringBuilder results = new StringBuilder();
        for (int i = 1; i <= elements(form); i++) {
            String value = register(width, i);
            results.append(width == 64 ? "mov.u64 %d24, " : "cvt.u64.u" + width + " %d24, ")
                    .append(value);
            results.append(";\nst.global.b64 [%d21+").append(8 * i - 8).append("], %d24;\n");
        }
        String text = Vectors.kernel(
                table + "};\n",
                2,
                ".shared .align 16 .b8 s[512];\n.local .align 16 .b8 l[16];",
                Vectors.address("%d21", 1, 32) + Vectors.address("%d20", 0, 16),
                "ld.global.v2.b64 {%d22, %d23}, [%d20];",
                prepare,
                "createpolicy.fractional.L2::evict_first.b64 %d29;",
                form.name() + " " + operands + place + policy(form) + ";",
                results.toString());
        text = text.replace(".param .u64 p1)", ".param .u64 p1, .param .align 16 .b8 p2[512])");
        try (Rig rig = new Rig(form.name(), text, ExecutionOptions.standard().withWorkers(1))) {
            long out = rig.raw(32 * 32);
            rig.launch("k", Dim3.of(1), Dim3.of(32), rig.bytes(content), out, content);
            long[] loaded = rig.readLongs(out, 128);
            int size = Form.width(form.type()) / 8;
            for (int lane = 0; lane < 32; lane++) {
                for (int i = 0; i < elements(form); i++) {
                    int at = (isSpace(form, "param") ? 80 : 16 * lane) + size * i;
                    assertThat(loaded[4 * lane + i])
                            .as("%s element %d of lane %d into %d bits", form.name(), i, lane, width)
                            .isEqualTo(extended(content, at, size, form.type().startsWith("s"), width));
                }
            }
        }
    }

    /** Little-endian bytes as a number, brought to the width of the register and then read without sign. */
    private static long extended(byte[] content, int at, int size, boolean signed, int width) {
        long value = signed && content[at + size - 1] < 0 ? -1 : 0;
        for (int i = size - 1; i >= 0; i--) {
            value = value << 8 | content[at + i] & 0xff;
        }
        return width == 64 ? value : value & (1L << width) - 1;
    }

    @Test
    void everyStoreWritesItsBytesAndNoOthers() {
        int tested = 0;
        for (String name : forms()) {
            Form form = Form.of(name);
            for (int width : new int[] {16, 32, 64}) {
                if (form.opcode().equals("st")
                        && width >= Form.width(form.type())
                        && Decoding.accepts(name + (isSpace(form, "param") ? " [v], " : " [%d9], ")
                                + registers(form, width) + policy(form) + ";")) {
                    store(form, width);
                    tested++;
                }
            }
        }
        System.out.println(tested + " forms of stores");
        assertThat(tested).isGreaterThan(200);
    }

    private static void store(Form form, int width) {
        byte[] content = Vectors.bytes(form.name(), 32 * 32);
        String space = isSpace(form, "shared")
                ? ".shared"
                : isSpace(form, "local") ? ".local" : isSpace(form, "param") ? ".param" : ".global";
        String place = space.equals(".param") ? "[v]" : "[%d9]";
        StringBuilder values = new StringBuilder();
        for (int i = 1; i <= elements(form); i++) {
            values.append("ld.global.b64 %d24, [%d20+").append(8 * i - 8).append("];\n");
            values.append(width == 64 ? "mov.b64 " : "cvt.u" + width + ".u64 ").append(register(width, i));
            values.append(", %d24;\n");
        }
        String text = Vectors.kernel(
                "",
                2,
                ".shared .align 16 .b8 s[512];\n.local .align 16 .b8 l[16];\n.param .align 16 .b8 v[16];",
                Vectors.address("%d20", 0, 32) + Vectors.address("%d21", 1, 16),
                switch (space) {
                    case ".shared" -> "mov.u64 %d9, s;\nadd.u64 %d9, %d9, %d31;";
                    case ".local" -> "mov.u64 %d9, l;";
                    default -> "mov.u64 %d9, %d21;";
                },
                "mov.u64 %d25, 0x1111111111111111;",
                "st" + space + ".v2.b64 " + place + ", {%d25, %d25};",
                values.toString(),
                "createpolicy.fractional.L2::evict_last.b64 %d29;",
                form.name() + " " + place + ", " + registers(form, width) + policy(form) + ";",
                "ld" + space + ".v2.b64 {%d26, %d27}, " + place + ";",
                "st.global.v2.b64 [%d21], {%d26, %d27};");
        try (Rig rig = new Rig(form.name(), text, ExecutionOptions.standard().withWorkers(1))) {
            long out = rig.raw(512);
            rig.launch("k", Dim3.of(1), Dim3.of(32), rig.bytes(content), out);
            byte[] stored = new byte[512];
            rig.read(out, 512).get(stored);
            ByteBuffer given = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
            byte[] expected = new byte[512];
            Arrays.fill(expected, (byte) 0x11);
            int size = Form.width(form.type()) / 8;
            for (int lane = 0; lane < 32; lane++) {
                for (int i = 0; i < elements(form) * size; i++) {
                    expected[16 * lane + i] = given.get(32 * lane + 8 * (i / size) + i % size);
                }
            }
            assertThat(stored).as("%s from %d bits", form.name(), width).isEqualTo(expected);
        }
    }
}
