package dev.clipjet.ptx.planted;

import java.util.List;

/**
 * Kernels launched one after the other, of which one has a bug, and their twins without; {@link PlantedBug} for several launches.
 *
 * <p>Before each body: {@code %d0}, {@code %d1}, {@code %d2} are three buffers of 2,048 ints, all written; {@code %r0} the thread in its
 * block, {@code %r1} the lane, {@code %r4} the thread in the grid, {@code %d4}, {@code %d5}, {@code %d6} its word in each buffer, {@code
 * %p1} whether it is its block's first; {@code s} a shared array of 1,024 bytes, {@code bar} an mbarrier.
 *
 * @param name what is wrong
 * @param kernels in the order of their launches
 */
record PlantedSequence(String name, List<Kernel> kernels) {
    static final int BLOCKS = 2;
    static final int THREADS = 64;

    /**
     * A launch.
     *
     * @param programmatic whether it may begin before the one before it has ended
     * @param body lines as in {@link PlantedBug}
     */
    record Kernel(boolean programmatic, String body) {}

    static Kernel ordinary(String body) {
        return new Kernel(false, body);
    }

    static Kernel dependent(String body) {
        return new Kernel(true, body);
    }

    static PlantedSequence of(String name, Kernel... kernels) {
        return new PlantedSequence(name, List.of(kernels));
    }

    private static final String MODULE = """
            .version 8.0
            .target sm_90a
            .address_size 64
            """;

    private static final String HEADER = """
            .visible .entry NAME(.param .u64 a, .param .u64 b, .param .u64 c)
            {
            .reg .pred %p<8>;
            .reg .b32 %r<40>;
            .reg .b64 %d<16>;
            .shared .align 128 .b8 s[1024];
            .shared .align 8 .b64 bar;
            ld.param.u64 %d0, [a];
            ld.param.u64 %d1, [b];
            ld.param.u64 %d2, [c];
            mov.u32 %r0, %tid.x;
            mov.u32 %r1, %laneid;
            mov.u32 %r3, %ctaid.x;
            mad.lo.u32 %r4, %r3, 64, %r0;
            mul.wide.u32 %d3, %r4, 4;
            add.s64 %d4, %d0, %d3;
            add.s64 %d5, %d1, %d3;
            add.s64 %d6, %d2, %d3;
            setp.eq.u32 %p1, %r0, 0;
            """;

    /** The module with the bug, or its twin. */
    String text(boolean buggy) {
        StringBuilder text = new StringBuilder(MODULE);
        for (int i = 0; i < kernels.size(); i++) {
            text.append(HEADER.replace("NAME", "k" + i));
            for (String line : kernels.get(i).body.split("\n")) {
                if (isIn(line.strip(), buggy)) {
                    text.append(line.strip().replaceFirst("^[-+]?!?", "")).append('\n');
                }
            }
            text.append("ret;\n}\n");
        }
        return text.toString();
    }

    private static boolean isIn(String line, boolean buggy) {
        return !line.startsWith(buggy ? "+" : "-");
    }

    /** The kernel and line of the buggy text at which the bug must be reported. */
    String place() {
        int line = lines(MODULE);
        for (int i = 0; i < kernels.size(); i++) {
            line += lines(HEADER);
            for (String each : kernels.get(i).body.split("\n")) {
                if (isIn(each.strip(), true)) {
                    line++;
                    if (each.strip().matches("-?!.*")) {
                        return "k" + i + " at line " + line;
                    }
                }
            }
            line += 2;
        }
        throw new IllegalStateException(name + " marks no line");
    }

    private static int lines(String text) {
        return text.split("\n").length;
    }

    @Override
    public String toString() {
        return name;
    }
}
