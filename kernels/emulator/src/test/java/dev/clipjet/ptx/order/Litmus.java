package dev.clipjet.ptx.order;

import dev.clipjet.device.Dim3;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.ptx.emulator.KernelFindingsException;
import dev.clipjet.ptx.emulator.Rig;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.report.Finding;
import dev.clipjet.ptx.report.FindingKind;
import java.util.List;

/** Short kernels in which threads communicate. The entry is {@code k} and takes the address of zeroed memory, and of a result. */
final class Litmus {
    private Litmus() {}

    static String kernel(String target, String shared, String body) {
        return """
                .version 8.0
                .target %s
                .address_size 64
                .visible .entry k(.param .u64 data, .param .u64 out)
                {
                    .reg .pred %%p<16>;
                    .reg .b16 %%h<16>;
                    .reg .b32 %%r<64>;
                    .reg .f32 %%f<16>;
                    .reg .b64 %%rd<32>;
                    %s
                    ld.param.u64 %%rd1, [data];
                    ld.param.u64 %%rd2, [out];
                    mov.u32 %%r1, %%tid.x;
                    mov.u32 %%r2, %%ctaid.x;
                %s
                    ret;
                }
                """.formatted(target, shared, body);
    }

    /** Runs a kernel and returns the kinds of what is found, in order of the program. */
    static List<FindingKind> run(String ptx, int blocks, int threads, ExecutionOptions options) {
        return findings(ptx, new LaunchShape(new Dim3(blocks, 1, 1), new Dim3(threads, 1, 1), 0), options).stream()
                .map(Finding::kind)
                .distinct()
                .toList();
    }

    static List<Finding> findings(String ptx, LaunchShape shape, ExecutionOptions options) {
        try (Rig rig = new Rig("litmus", ptx, options)) {
            long data = rig.ints(new int[4096]);
            long out = rig.ints(new int[4096]);
            try {
                rig.launch("k", shape, data, out);
                return List.of();
            } catch (KernelFindingsException found) {
                return found.findings();
            }
        }
    }
}
