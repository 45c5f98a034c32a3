package dev.clipjet.ptx.speed;

import dev.clipjet.device.Dim3;
import dev.clipjet.ptx.emulator.Rig;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.exec.ExecutionOptions.MmaModel;
import dev.clipjet.ptx.exec.LaunchResult;
import dev.clipjet.ptx.tensor.FastSums;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Measures how many warp instructions the emulator executes in a second of processor time, by class, with and without checks. A program, not a
 * test: {@code java -cp ... dev.clipjet.ptx.speed.InstructionRates [substring of the names] [EXACT|A100|H100]}. Every kernel is a loop of 16 instructions
 * of the class in a block of four warps, on one thread of the host; all instructions are counted, those of the loop included.
 */
public final class InstructionRates {
    private static final int WARMUPS = 2;
    private static final int RUNS = 2;

    /** A loop to measure: its body, and how many instructions in it count. */
    private record Loop(String name, int count, int iterations, String body) {
        /** What the body needs before the loop; only Hopper has it. */
        String preparation() {
            return name.startsWith("wgmma")
                    ? DESCRIPTORS
                            + sums().map(sum -> "mov.f32 " + sum + ", 0f00000000;\n")
                                    .collect(Collectors.joining())
                    : "";
        }

        String target() {
            return name.startsWith("wgmma") ? "sm_90a" : "sm_80";
        }
    }

    /** Descriptors of two tiles without swizzle, 64 x 16 halves each, and what makes them visible to {@code wgmma}. */
    private static final String DESCRIPTORS = """
            fence.proxy.async;
            shr.u32 %r13, %r2, 4;
            cvt.u64.u32 %d6, %r13;
            or.b64 %d6, %d6, 0x1000080000;
            add.s64 %d7, %d6, 128;
            setp.eq.u32 %p1, %r5, %r5;
            """;

    private InstructionRates() {}

    /** The registers that {@code wgmma} sums in. */
    private static Stream<String> sums() {
        return IntStream.range(2, 34).mapToObj(i -> "%f" + i);
    }

    /** Prints a table. */
    public static void main(String[] arguments) {
        String only = arguments.length > 0 ? arguments[0] : "";
        MmaModel model = arguments.length > 1 ? MmaModel.valueOf(arguments[1]) : MmaModel.EXACT;
        System.out.println(FastSums.description());
        System.out.printf(
                Locale.ROOT, "%-34s %10s %10s %10s   million/s%n", "instruction", "checked", "uncounted", "unchecked");
        for (Loop loop : loops()) {
            if (!loop.name.contains(only)) {
                continue;
            }
            ExecutionOptions options =
                    ExecutionOptions.standard().withWorkers(1).withMma(model);
            double checked = rate(loop, options);
            double uncounted = rate(loop, options.withCounters(false));
            double unchecked = rate(loop, options.withChecks(false).withCounters(false));
            System.out.printf(Locale.ROOT, "%-34s %10.2f %10.2f %10.2f%n", loop.name, checked, uncounted, unchecked);
        }
    }

    private static double rate(Loop loop, ExecutionOptions options) {
        try (Rig rig = new Rig(loop.name, text(loop), options)) {
            long data = rig.bytes(new byte[1 << 20]);
            long best = Long.MAX_VALUE;
            for (int run = 0; run < WARMUPS + RUNS; run++) {
                long start = ProcessorTime.nanos();
                LaunchResult result = rig.launch("k", Dim3.ONE, Dim3.of(128), data, loop.iterations);
                long took = ProcessorTime.nanos() - start;
                if (!result.findings().isEmpty()) {
                    throw new IllegalStateException(result.findings().toString());
                }
                best = run < WARMUPS ? best : Math.min(best, took);
            }
            return 4.0 * loop.count * loop.iterations / best * 1e3;
        }
    }

    private static String text(Loop loop) {
        return ".version 8.0\n.target " + loop.target() + """

            .address_size 64
            .visible .entry k(.param .u64 data, .param .u32 iterations)
            {
            .reg .pred %p<8>;
            .reg .b16 %h<8>;
            .reg .b32 %r<40>;
            .reg .f32 %f<40>;
            .reg .b64 %d<16>;
            .shared .align 128 .b8 s[16384];
            ld.param.u64 %d0, [data];
            ld.param.u32 %r0, [iterations];
            mov.u32 %r1, %tid.x;
            mov.u32 %r2, s;
            mad.lo.u32 %r3, %r1, 4, %r2;
            mad.lo.u32 %r4, %r1, 16, %r2;
            mul.wide.u32 %d1, %r1, 4;
            add.s64 %d1, %d0, %d1;
            mul.wide.u32 %d2, %r1, 16;
            add.s64 %d2, %d0, %d2;
            mul.wide.u32 %d3, %r1, 132;
            add.s64 %d3, %d0, %d3;
            mov.u32 %r5, 0x3c003c00;
            mov.u32 %r6, 0x40003c00;
            mov.u32 %r7, 0x3c004000;
            mov.u32 %r8, 0x3c00bc00;
            mov.u32 %r9, 0;
            mov.u32 %r10, 0;
            mov.u32 %r11, 0;
            mov.u32 %r12, 0;
            mov.b16 %h0, 0x3c00;
            mov.f32 %f0, 0f3F800000;
            mov.f32 %f1, 0f3F800001;
            mov.f32 %f2, 0f00000000;
            mov.f32 %f3, 0f00000000;
            mov.f32 %f4, 0f00000000;
            mov.f32 %f5, 0f00000000;
            st.shared.v4.u32 [%r4], {%r5, %r6, %r7, %r8};
            st.shared.v4.u32 [%r4+2048], {%r5, %r6, %r7, %r8};
            """ + loop.preparation() + """
            bar.sync 0;
            LOOP:
            """ + loop.body + """
            add.s32 %r0, %r0, -1;
            setp.ne.s32 %p0, %r0, 0;
            @%p0 bra LOOP;
            cp.async.wait_all;
            ret;
            }
            """;
    }

    private static List<Loop> loops() {
        List<Loop> loops = new ArrayList<>();
        add(loops, "add.s32", 40_000, "add.s32 %r9, %r9, %r1;");
        add(loops, "mad.lo.s32", 40_000, "mad.lo.s32 %r9, %r9, %r1, %r5;");
        add(loops, "xor.b32", 40_000, "xor.b32 %r9, %r9, %r5;");
        add(loops, "shl.b32", 40_000, "shl.b32 %r9, %r5, 3;");
        add(loops, "lop3.b32", 40_000, "lop3.b32 %r9, %r9, %r1, %r5, 0x96;");
        add(loops, "add.s64", 40_000, "add.s64 %d4, %d1, %d2;");
        add(loops, "mul.wide.s32", 40_000, "mul.wide.s32 %d4, %r1, %r5;");
        add(loops, "setp.lt.s32", 40_000, "setp.lt.s32 %p1, %r1, %r5;");
        add(loops, "selp.b32", 40_000, "selp.b32 %r9, %r1, %r5, %p0;");
        add(loops, "mov.b32", 40_000, "mov.b32 %r9, %r1;");
        add(loops, "fma.rn.f32", 40_000, "fma.rn.f32 %f2, %f0, %f1, %f2;");
        add(loops, "add.f32", 40_000, "add.f32 %f2, %f0, %f2;");
        add(loops, "ex2.approx.f32", 5_000, "ex2.approx.f32 %f2, %f0;");
        add(loops, "fma.rn.f16x2", 5_000, "fma.rn.f16x2 %r9, %r5, %r6, %r7;");
        add(loops, "add.f16x2", 5_000, "add.f16x2 %r9, %r5, %r6;");
        add(loops, "mul.f16x2", 5_000, "mul.f16x2 %r9, %r5, %r6;");
        add(loops, "cvt.f32.f16", 5_000, "cvt.f32.f16 %f2, %h0;");
        add(loops, "cvt.rn.f16.f32", 5_000, "cvt.rn.f16.f32 %h1, %f1;");
        add(loops, "cvt.rn.f16x2.f32", 5_000, "cvt.rn.f16x2.f32 %r9, %f1, %f0;");
        add(loops, "cvt.rn.f32.s32", 5_000, "cvt.rn.f32.s32 %f2, %r1;");
        add(loops, "ld.global.u32 coalesced", 10_000, "ld.global.u32 %r9, [%d1];");
        add(loops, "ld.global.v4.u32 coalesced", 10_000, "ld.global.v4.u32 {%r9, %r10, %r11, %r12}, [%d2];");
        add(loops, "ld.global.u32 strided", 10_000, "ld.global.u32 %r9, [%d3];");
        add(loops, "ld.global.u32 broadcast", 10_000, "ld.global.u32 %r9, [%d0];");
        add(loops, "st.global.u32 coalesced", 10_000, "st.global.u32 [%d1], %r9;");
        add(loops, "st.global.v4.u32 coalesced", 10_000, "st.global.v4.u32 [%d2], {%r9, %r10, %r11, %r12};");
        add(loops, "ld.shared.u32", 10_000, "ld.shared.u32 %r9, [%r3];");
        add(loops, "ld.shared.v4.u32", 10_000, "ld.shared.v4.u32 {%r9, %r10, %r11, %r12}, [%r4];");
        add(loops, "st.shared.u32", 10_000, "st.shared.u32 [%r3+4096], %r9;");
        add(loops, "st.shared.v4.u32", 10_000, "st.shared.v4.u32 [%r4+4096], {%r9, %r10, %r11, %r12};");
        add(loops, "ldmatrix.x4", 10_000, "ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r9, %r10, %r11, %r12}, [%r4];");
        add(
                loops,
                "ldmatrix.x4.trans",
                10_000,
                "ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%r9, %r10, %r11, %r12}, [%r4];");
        String mma = "{%f2, %f3, %f4, %f5}, {%r5, %r6, %r7, %r8}, {%r6, %r7}, {%f2, %f3, %f4, %f5};";
        add(loops, "mma.m16n8k16.f16", 8_000, "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 " + mma);
        add(loops, "mma.m16n8k16.bf16", 8_000, "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 " + mma);
        add(loops, "mma.m16n8k8.tf32", 8_000, "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 " + mma);
        String sums = sums().collect(Collectors.joining(", ", "{", "}"));
        String wgmma = "wgmma.mma_async.sync.aligned.m64n64k16.f32.f16.f16 " + sums + ", %d6, %d7, %p1, 1, 1, 0, 0;\n";
        loops.add(new Loop(
                "wgmma.m64n64k16.f16",
                8,
                500,
                ("wgmma.fence.sync.aligned;\n" + wgmma.repeat(4)
                                + "wgmma.commit_group.sync.aligned;\nwgmma.wait_group.sync.aligned 0;\n")
                        .repeat(2)));
        loops.add(new Loop(
                "cp.async.cg 16",
                16,
                3_000,
                ("cp.async.cg.shared.global [%r4+4096], [%d2], 16;\n"
                                + "cp.async.cg.shared.global [%r4+6144], [%d2+2048], 16;\n"
                                + "cp.async.cg.shared.global [%r4+8192], [%d2+4096], 16;\n"
                                + "cp.async.cg.shared.global [%r4+10240], [%d2+6144], 16;\n"
                                + "cp.async.commit_group;\ncp.async.wait_group 0;\n")
                        .repeat(4)));
        add(loops, "shfl.sync.bfly", 5_000, "shfl.sync.bfly.b32 %r9, %r1, 16, 31, 0xffffffff;");
        add(loops, "bar.sync", 3_000, "bar.sync 0;");
        return loops;
    }

    private static void add(List<Loop> loops, String name, int iterations, String instruction) {
        loops.add(new Loop(name, 16, iterations, (instruction + "\n").repeat(16)));
    }
}
