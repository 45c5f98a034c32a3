package dev.clipjet.ptx.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.device.Dim3;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.ptx.emulator.Rig;
import dev.clipjet.ptx.exec.ExecutionOptions;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Forms with two predicates as targets, {@code mov} that packs and unpacks, and moves between address spaces. */
class PackedFormsTest {
    private static final String COMPARISONS = "eq,ne,lt,le,gt,ge,equ,neu,ltu,leu,gtu,geu,num,nan";

    /** Packed comparisons, which write one predicate for each half. */
    static List<String> comparisons() {
        List<String> forms = new ArrayList<>(Vectors.expand("setp " + COMPARISONS + " -,and,or,xor -,ftz f16x2"));
        forms.addAll(Vectors.expand("setp " + COMPARISONS + " -,and,or,xor bf16x2"));
        return forms;
    }

    /** Names of all forms that are tested here. */
    static List<String> forms() {
        List<String> forms = new ArrayList<>(comparisons());
        forms.addAll(Vectors.expand("mov b16,b32,b64,u32,s32,u64,s64"));
        forms.addAll(vectorMoves());
        forms.addAll(Vectors.expand(
                "cvta -,to global,shared,shared::cta,shared::cluster,local,const,param,param::entry u64"));
        forms.addAll(
                Vectors.expand("isspacep global,shared,shared::cta,shared::cluster,local,const,param,param::entry"));
        return forms;
    }

    private static List<String> vectorMoves() {
        List<String> forms = new ArrayList<>(Vectors.expand("mov v2 b16,u16,s16,b32,u32,s32,f32,b64,u64,s64,f64"));
        forms.addAll(Vectors.expand("mov v4 b16,u16,s16,b32,u32,s32,f32"));
        return forms;
    }

    static String operands(Form form) {
        boolean combined = form.has("and") || form.has("or") || form.has("xor");
        return "%q0|%q1, %r1, %r2" + (combined ? ", %q2" : "");
    }

    @Test
    void packedComparisonsCompareHalfByHalf() {
        for (String name : comparisons()) {
            Form form = Form.of(name);
            assertThat(Decoding.accepts(name + " " + operands(form) + ";"))
                    .as(name)
                    .isTrue();
            List<long[]> cases = new ArrayList<>();
            long[][] operands = Operands.of(Form.of(name.replace("x2", "")));
            for (int i = 0; i + 1 < operands[0].length && cases.size() < 1024; i += 2) {
                long c = operands.length > 2 ? operands[2][i] : 0;
                cases.add(new long[] {
                    operands[0][i] | operands[0][i + 1] << 16, operands[1][i] | operands[1][i + 1] << 16, c
                });
            }
            check(form, cases);
        }
    }

    private static void check(Form form, List<long[]> cases) {
        String text = Vectors.kernel(
                "",
                2,
                "mov.u32 %r31, %tid.x;\nmov.u32 %r30, %ctaid.x;\nmad.lo.u32 %r31, %r30, 128, %r31;",
                "mul.wide.u32 %d21, %r31, 16;\nld.param.u64 %d20, [p0];\nadd.u64 %d20, %d20, %d21;",
                "mul.wide.u32 %d21, %r31, 4;\nld.param.u64 %d22, [p1];\nadd.u64 %d22, %d22, %d21;",
                "ld.global.v4.b32 {%r1, %r2, %r3, %r4}, [%d20];\nsetp.ne.u32 %q2, %r3, 0;",
                form.name() + " " + operands(form) + ";",
                "selp.u32 %r5, 1, 0, %q0;\nselp.u32 %r6, 2, 0, %q1;\nor.b32 %r5, %r5, %r6;\nst.global.u32 [%d22], %r5;");
        int n = cases.size() + 127 & -128;
        int[] words = new int[4 * n];
        for (int i = 0; i < cases.size(); i++) {
            for (int j = 0; j < 3; j++) {
                words[4 * i + j] = (int) cases.get(i)[j];
            }
        }
        Form half = Form.of(form.name().replace("x2", ""));
        try (Rig rig = new Rig(form.name(), text, ExecutionOptions.standard().withWorkers(1))) {
            long out = rig.raw(4L * n);
            rig.launch("k", Dim3.of(n / 128), Dim3.of(128), rig.ints(words), out);
            int[] results = rig.readInts(out, n);
            for (int i = 0; i < cases.size(); i++) {
                long[] x = cases.get(i);
                BigInteger low = CompareOracle.result(half, new long[] {x[0] & 0xffff, x[1] & 0xffff, x[2]});
                BigInteger high = CompareOracle.result(half, new long[] {x[0] >>> 16, x[1] >>> 16, x[2]});
                assertThat(results[i])
                        .as("%s of %x %x %d", form.name(), x[0], x[1], x[2])
                        .isEqualTo(low.intValue() | high.intValue() << 1);
            }
        }
    }

    @Test
    void theSecondTargetOfAScalarComparisonIsItsOpposite() {
        String text = Vectors.kernel(
                "",
                2,
                Vectors.address("%d20", 0, 8) + Vectors.address("%d21", 1, 4),
                "ld.global.v2.u32 {%r1, %r2}, [%d20];\nsetp.gt.u32 %q2, %r31, 15;",
                "setp.lt.u32 %q0|%q1, %r1, %r2;\nsetp.lt.and.u32 %q3|%q4, %r1, %r2, %q2;",
                "setp.lt.xor.u32 %q5|_, %r1, %r2, !%q2;\nmov.u32 %r3, 0;",
                "@%q0 or.b32 %r3, %r3, 1;\n@%q1 or.b32 %r3, %r3, 2;\n@%q3 or.b32 %r3, %r3, 4;",
                "@%q4 or.b32 %r3, %r3, 8;\n@%q5 or.b32 %r3, %r3, 16;\nst.global.u32 [%d21], %r3;");
        int[] pairs = new int[64];
        for (int i = 0; i < 64; i++) {
            pairs[i] = i * 0x3779b9 >>> 3 & 7;
        }
        try (Rig rig = new Rig("targets", text, ExecutionOptions.standard())) {
            long out = rig.raw(128);
            rig.launch("k", Dim3.of(1), Dim3.of(32), rig.ints(pairs), out);
            int[] results = rig.readInts(out, 32);
            for (int lane = 0; lane < 32; lane++) {
                boolean less = pairs[2 * lane] < pairs[2 * lane + 1];
                boolean third = lane > 15;
                int expected =
                        (less ? 1 : 2) | (less && third ? 4 : 0) | (!less && third ? 8 : 0) | (less != !third ? 16 : 0);
                assertThat(results[lane]).as("lane %d", lane).isEqualTo(expected);
            }
        }
    }

    @Test
    void movesPackAndUnpackFromTheLowestPartUp() {
        String text = Vectors.kernel(
                "",
                1,
                "ld.param.u64 %d20, [p0];\nmov.b64 %d1, 0x8877665544332211;",
                "mov.b64 {%r1, %r2}, %d1;\nmov.b64 {%h1, %h2, %h3, %h4}, %d1;\nmov.b32 {%h5, %h6}, %r2;",
                "mov.b64 %d2, {%r2, %r1};\nmov.b64 %d3, {%h4, %h3, %h2, %h1};\nmov.b32 %r3, {%h6, %h5};",
                "st.global.b64 [%d20], %d2;\nst.global.b64 [%d20+8], %d3;\nst.global.b32 [%d20+16], %r3;",
                "mov.v2.b32 {%r4, %r5}, {%r2, %r1};\nst.global.v2.b32 [%d20+24], {%r4, %r5};",
                "mov.v4.b32 {%r4, %r5, %r6, %r7}, {%r2, 7, %r1, %r2};",
                "st.global.v4.b32 [%d20+32], {%r4, %r5, %r6, %r7};",
                "mov.v2.b64 {%d4, %d5}, {%d2, %d1};\nst.global.v2.b64 [%d20+48], {%d4, %d5};",
                "mov.v2.b16 {%h7, %h1}, {%h1, %h2};\nmov.b32 %r8, {%h7, %h1};\nst.global.b32 [%d20+20], %r8;",
                "mov.b16 %h2, %h3;\nmov.s64 %d6, -5;\nmov.u64 %d7, %d6;\nst.global.b64 [%d20+64], %d7;",
                "mov.s32 %r9, -6;\nmov.u32 %r10, %r9;\nmov.b32 %r11, {%h2, %h2};\nst.global.v2.b32 [%d20+72], {%r10, %r11};");
        try (Rig rig = new Rig("moves", text, ExecutionOptions.standard())) {
            long out = rig.longs(new long[10]);
            rig.launch("k", Dim3.of(1), Dim3.of(1), out);
            assertThat(rig.readLongs(out, 10))
                    .containsExactly(
                            0x4433221188776655L,
                            0x2211443366558877L,
                            0x44332211_66558877L,
                            0x44332211_88776655L,
                            0x00000007_88776655L,
                            0x88776655_44332211L,
                            0x4433221188776655L,
                            0x8877665544332211L,
                            -5,
                            0x66556655_fffffffaL);
        }
    }

    /** A vector move turns its elements round, also where a register is both read and written. */
    @Test
    void vectorMovesReadAllBeforeTheyWriteAny() {
        byte[] content = Vectors.bytes("vector moves", 32);
        for (String name : vectorMoves()) {
            Form form = Form.of(name);
            int n = form.has("v2") ? 2 : 4;
            int size = Form.width(form.type()) / 8;
            String r = size == 2 ? "%h" : size == 4 ? "%r" : "%d";
            String in = Vectors.list(r, 0, n);
            String turned = n == 2 ? r + "1, " + r + "0" : r + "3, " + r + "2, " + r + "1, " + r + "0";
            String suffix = (n == 2 ? ".v2.b" : ".v4.b") + 8 * size;
            String text = Vectors.kernel(
                    "",
                    2,
                    "ld.param.u64 %d20, [p0];\nld.param.u64 %d21, [p1];\nld.global" + suffix + " " + in + ", [%d20];",
                    name + " " + in + ", {" + turned + "};",
                    "st.global" + suffix + " [%d21], " + in + ";");
            try (Rig rig = new Rig(name, text, ExecutionOptions.standard())) {
                long out = rig.raw(32);
                rig.launch("k", Dim3.of(1), Dim3.of(1), rig.bytes(content), out);
                byte[] moved = new byte[n * size];
                rig.read(out, moved.length).get(moved);
                for (int i = 0; i < moved.length; i++) {
                    int from = (n - 1 - i / size) * size + i % size;
                    assertThat(moved[i]).as("%s, byte %d", name, i).isEqualTo(content[from]);
                }
            }
        }
    }

    /** The entry's parameters lie in global memory's window, and their generic address leads to them and back. */
    @Test
    void genericAddressesLeadToParameters() {
        for (String space : new String[] {"param", "param::entry"}) {
            String text = Vectors.kernel(
                    "",
                    2,
                    "ld.param.u64 %d20, [p0];\nmov.u64 %d1, p1;\ncvta." + space + ".u64 %d2, %d1;\nld.u64 %d3, [%d2];",
                    "st.global.u64 [%d20], %d3;\ncvta.to." + space + ".u64 %d4, %d2;\nld.param.u64 %d5, [%d4];",
                    "st.global.u64 [%d20+8], %d5;\nmov.u64 %d6, 0;",
                    "isspacep." + space + " %q1, %d2;\n@%q1 or.b64 %d6, %d6, 1;",
                    "isspacep." + space + " %q1, %d20;\n@%q1 or.b64 %d6, %d6, 2;",
                    "isspacep.global %q1, %d2;\n@%q1 or.b64 %d6, %d6, 4;",
                    "isspacep.global %q1, %d20;\n@%q1 or.b64 %d6, %d6, 8;",
                    "isspacep.shared::cluster %q1, %d2;\n@%q1 or.b64 %d6, %d6, 16;",
                    "st.global.u64 [%d20+16], %d6;");
            try (Rig rig = new Rig(space, text, ExecutionOptions.standard())) {
                long out = rig.longs(new long[3]);
                rig.launch("k", Dim3.of(1), Dim3.of(1), out, 0x1234_5678_9abc_def0L);
                assertThat(rig.readLongs(out, 3))
                        .containsExactly(0x1234_5678_9abc_def0L, 0x1234_5678_9abc_def0L, 1 | 4 | 8);
            }
        }
    }

    /** In a cluster of two, the other block's memory is shared memory of the cluster and not of the block. */
    @Test
    void genericAddressesTellTheBlockFromItsCluster() {
        String text = Vectors.kernel(
                "",
                1,
                ".shared .align 4 .u32 s;\nld.param.u64 %d20, [p0];\nmov.u32 %r1, %cluster_ctarank;",
                "mul.wide.u32 %d21, %r1, 16;\nadd.u64 %d20, %d20, %d21;\nadd.u32 %r2, %r1, 70;\nst.shared.u32 [s], %r2;",
                "barrier.cluster.arrive.release.aligned;\nbarrier.cluster.wait.acquire.aligned;",
                "xor.b32 %r3, %r1, 1;\nmov.u64 %d1, s;\nmapa.shared::cluster.u64 %d2, %d1, %r3;",
                "mapa.shared::cluster.u64 %d3, %d1, %r1;",
                "cvta.shared::cta.u64 %d4, %d1;\ncvta.shared::cluster.u64 %d5, %d2;\ncvta.shared::cluster.u64 %d6, %d3;",
                "ld.u32 %r4, [%d4];\ngetctarank.u64 %r5, %d5;\nst.global.v2.u32 [%d20], {%r4, %r5};",
                "cvta.to.shared::cta.u64 %d7, %d4;\nld.shared::cta.u32 %r6, [%d7];",
                "cvta.to.shared::cluster.u64 %d8, %d5;\nsetp.eq.u64 %q2, %d8, %d2;\nselp.u32 %r7, 5, 0, %q2;",
                "mad.lo.u32 %r6, %r6, 1000, %r7;\nmov.u32 %r8, 0;",
                "isspacep.shared::cta %q1, %d4;\n@%q1 or.b32 %r8, %r8, 1;",
                "isspacep.shared::cta %q1, %d5;\n@%q1 or.b32 %r8, %r8, 2;",
                "isspacep.shared::cta %q1, %d6;\n@%q1 or.b32 %r8, %r8, 4;",
                "isspacep.shared::cluster %q1, %d4;\n@%q1 or.b32 %r8, %r8, 8;",
                "isspacep.shared::cluster %q1, %d5;\n@%q1 or.b32 %r8, %r8, 16;",
                "isspacep.shared::cluster %q1, %d6;\n@%q1 or.b32 %r8, %r8, 32;",
                "isspacep.shared::cluster %q1, %d20;\n@%q1 or.b32 %r8, %r8, 64;",
                "st.global.v2.u32 [%d20+8], {%r6, %r8};",
                "barrier.cluster.arrive.aligned;\nbarrier.cluster.wait.aligned;");
        try (Rig rig = new Rig("cluster", text, ExecutionOptions.standard())) {
            long out = rig.raw(32);
            rig.launch("k", new LaunchShape(Dim3.of(2), Dim3.of(1), Dim3.of(2), 0, false), out);
            assertThat(rig.readInts(out, 8)).containsExactly(70, 1, 70005, 61, 71, 0, 71005, 61);
        }
    }

    /** Through a generic address a variable is where it is through its own space, and in no other space. */
    @Test
    void genericAddressesLeadToTheVariable() {
        String[] spaces = {"global", "shared", "local", "const"};
        StringBuilder statements = new StringBuilder("ld.param.u64 %d20, [p0];\nmov.u32 %r1, 0;\n");
        for (int i = 0; i < 4; i++) {
            String space = spaces[i];
            String variable = space.charAt(0) + "v";
            statements.append("mov.u64 %d1, ").append(variable).append(";\n");
            if (!space.equals("const")) {
                statements
                        .append("st.")
                        .append(space)
                        .append(".u32 [%d1], ")
                        .append(11 * i + 11)
                        .append(";\n");
            }
            statements.append("cvta.").append(space).append(".u64 %d2, %d1;\nld.u32 %r2, [%d2];\n");
            statements.append("cvta.to.").append(space).append(".u64 %d3, %d2;\nsetp.eq.u64 %q1, %d1, %d3;\n");
            statements
                    .append("@%q1 add.u32 %r2, %r2, 1;\nst.global.u32 [%d20+")
                    .append(8 * i)
                    .append("], %r2;\n");
            statements.append("mov.u32 %r3, 0;\n");
            for (int j = 0; j < 4; j++) {
                statements
                        .append("isspacep.")
                        .append(spaces[j])
                        .append(" %q1, %d2;\n@%q1 or.b32 %r3, %r3, ")
                        .append(1 << j);
                statements.append(";\n");
            }
            statements.append("st.global.u32 [%d20+").append(8 * i + 4).append("], %r3;\n");
        }
        String text = Vectors.kernel(
                ".global .u32 gv;\n.const .u32 cv = 44;\n",
                1,
                ".shared .u32 sv;\n.local .u32 lv;",
                statements.toString());
        try (Rig rig = new Rig("spaces", text, ExecutionOptions.standard())) {
            long out = rig.raw(32);
            rig.launch("k", Dim3.of(1), Dim3.of(1), out);
            int[] results = rig.readInts(out, 8);
            for (int i = 0; i < 4; i++) {
                assertThat(results[2 * i]).as(spaces[i]).isEqualTo(11 * i + 12);
                // Constant variables lie in the generic window of global memory here as on devices without one of their
                // own.
                assertThat(results[2 * i + 1] & ~8).as(spaces[i]).isEqualTo(i == 3 ? results[7] & 1 : 1 << i);
            }
        }
    }
}
