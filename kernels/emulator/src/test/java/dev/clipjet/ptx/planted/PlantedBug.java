package dev.clipjet.ptx.planted;

import dev.clipjet.device.Dim3;
import dev.clipjet.ptx.report.FindingKind;

/**
 * A kernel with one bug, and its twin without. The body's lines that begin with {@code -} are only in the buggy kernel, those with
 * {@code +} only in the twin; a {@code !} behind that marks the line at which the bug must be reported.
 *
 * <p>Before the body: {@code %d0} is an input of 1,024 ints, {@code %d1} an output of 1,024 ints that nobody wrote, {@code %d2} freed
 * memory, {@code %d3} an int that is zero; {@code %r0} the thread, {@code %r1} the lane, {@code %r2} the warp, {@code %r3} the
 * thread's word in the shared array {@code s} of 1,024 bytes, {@code bar} two words for mbarriers, {@code %d4} and {@code %d5} the thread's word in input and output.
 */
record PlantedBug(
        String name,
        FindingKind kind,
        String target,
        Dim3 grid,
        Dim3 cluster,
        int threads,
        boolean cooperative,
        String body) {
    static PlantedBug of(String name, FindingKind kind, String body) {
        return new PlantedBug(name, kind, "sm_80", Dim3.ONE, Dim3.ONE, 64, false, body);
    }

    static PlantedBug blocks(String name, FindingKind kind, int blocks, String body) {
        return new PlantedBug(name, kind, "sm_80", Dim3.of(blocks), Dim3.ONE, 32, true, body);
    }

    /** For sm_90a, with so many threads. */
    static PlantedBug hopper(String name, FindingKind kind, int threads, String body) {
        return new PlantedBug(name, kind, "sm_90a", Dim3.ONE, Dim3.ONE, threads, false, body);
    }

    /** For sm_90a, two blocks in a cluster. */
    static PlantedBug cluster(String name, FindingKind kind, String body) {
        return cluster(name, kind, 32, body);
    }

    /** The same with so many threads in each block. */
    static PlantedBug cluster(String name, FindingKind kind, int threads, String body) {
        return new PlantedBug(name, kind, "sm_90a", Dim3.of(2), Dim3.of(2), threads, false, body);
    }

    private static final String HEADER = """
            .version 8.0
            .target TARGET
            .address_size 64
            .const .align 4 .b32 table[4] = {1, 2, 3, 4};
            .visible .entry k(.param .u64 a, .param .u64 b, .param .u64 f, .param .u64 z)
            .maxnreg 128
            {
            .reg .pred %p<8>;
            .reg .b16 %h<8>;
            .reg .b32 %r<40>;
            .reg .b64 %d<16>;
            .shared .align 128 .b8 s[1024];
            .shared .align 8 .b64 bar[2];
            .local .align 16 .b8 l[64];
            ld.param.u64 %d0, [a];
            ld.param.u64 %d1, [b];
            ld.param.u64 %d2, [f];
            ld.param.u64 %d3, [z];
            mov.u32 %r0, %tid.x;
            mov.u32 %r1, %laneid;
            shr.u32 %r2, %r0, 5;
            mov.u32 %r3, s;
            mad.lo.u32 %r3, %r0, 4, %r3;
            mul.wide.u32 %d4, %r0, 4;
            add.s64 %d5, %d1, %d4;
            add.s64 %d4, %d0, %d4;
            """;

    /** The text of the kernel with the bug, or of its twin. */
    String text(boolean buggy) {
        StringBuilder text = new StringBuilder(HEADER.replace("TARGET", target));
        for (String line : body.split("\n")) {
            String rest = line.strip();
            boolean only = rest.startsWith("-");
            boolean twin = rest.startsWith("+");
            rest = only || twin ? rest.substring(1) : rest;
            rest = rest.startsWith("!") ? rest.substring(1) : rest;
            if (buggy ? !twin : !only) {
                text.append(rest).append('\n');
            }
        }
        return text.append("ret;\n}\n").toString();
    }

    /** The line of the buggy text at which the bug must be reported. */
    int line() {
        int line = HEADER.split("\n").length;
        for (String each : body.split("\n")) {
            String rest = each.strip();
            if (rest.startsWith("+")) {
                continue;
            }
            line++;
            if (rest.startsWith("!") || rest.startsWith("-!")) {
                return line;
            }
        }
        throw new IllegalStateException(name + " marks no line");
    }

    @Override
    public String toString() {
        return name;
    }
}
