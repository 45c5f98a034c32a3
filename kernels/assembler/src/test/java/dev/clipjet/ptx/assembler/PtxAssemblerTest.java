package dev.clipjet.ptx.assembler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PtxAssemblerTest {
    private static String kernel(String target, String body) {
        return ".version 8.0\n.target " + target + "\n.address_size 64\n.visible .entry k(.param .u64 p)\n{\n" + body
                + "ret;\n}\n";
    }

    private static final String BODY = """
            .reg .b32 %r<4>;
            .reg .b64 %d<4>;
            .shared .align 4 .b8 s[512];
            ld.param.u64 %d1, [p];
            mov.u32 %r1, %tid.x;
            mov.u32 %r2, s;
            st.shared.u32 [%r2], %r1;
            bar.sync 0;
            ld.shared.u32 %r3, [%r2];
            st.global.u32 [%d1], %r3;
            """;

    @ParameterizedTest
    @ValueSource(strings = {"sm_80", "sm_86", "sm_89", "sm_90", "sm_90a"})
    void assemblesForEveryTarget(String target) {
        Assembly assembly = PtxAssembler.assemble("k.ptx", kernel("sm_80", BODY), AssemblerOptions.of(target));
        assertThat(assembly.cubin()).startsWith(0x7f, 'E', 'L', 'F');
        KernelResources resources = assembly.kernel("k");
        assertThat(resources.registers()).isBetween(1, 40);
        assertThat(resources.sharedBytes()).isEqualTo(512);
        assertThat(resources.spillStoreBytes()).isZero();
    }

    @Test
    void tellsOfSpills() {
        StringBuilder body = new StringBuilder(".reg .b32 %r<200>;\n.reg .b64 %d<4>;\nld.param.u64 %d1, [p];\n");
        IntStream.range(0, 100)
                .forEach(i -> body.append("ld.volatile.global.u32 %r")
                        .append(i)
                        .append(", [%d1+")
                        .append(4 * i)
                        .append("];\n"));
        IntStream.range(0, 100)
                .forEach(i -> body.append("st.volatile.global.u32 [%d1+")
                        .append(4000 + 4 * i)
                        .append("], %r")
                        .append(i)
                        .append(";\n"));
        String ptx = kernel("sm_80", body.toString());
        KernelResources free =
                PtxAssembler.assemble("k", ptx, AssemblerOptions.of("sm_80")).kernel("k");
        KernelResources tight = PtxAssembler.assemble("k", ptx, new AssemblerOptions("sm_80", 32, 3))
                .kernel("k");
        assertThat(free.spillStoreBytes()).isZero();
        assertThat(free.registers()).isGreaterThan(100);
        assertThat(tight.registers()).isLessThanOrEqualTo(32);
        assertThat(tight.spillStoreBytes()).isPositive();
        assertThat(tight.spillLoadBytes()).isPositive();
        assertThat(tight.stackBytes()).isPositive();
    }

    @Test
    void namesLineAndTextOfErrors() {
        String ptx = kernel("sm_80", ".reg .b32 %r<4>;\nadd.u32 %r1, %r2;\nmov.u32 %r9, 1;\n");
        assertThatThrownBy(() -> PtxAssembler.assemble("bad.ptx", ptx, AssemblerOptions.of("sm_80")))
                .isInstanceOfSatisfying(
                        PtxAssemblyException.class,
                        refused -> assertThat(refused.complaints()).anySatisfy(complaint -> {
                            assertThat(complaint.line()).isEqualTo(7);
                            assertThat(complaint.text()).isEqualTo("add.u32 %r1, %r2;");
                        }))
                .hasMessageContaining("bad.ptx:7");
    }

    @Test
    void refusesNewerVersionsAndWrongTargets() {
        String newer = kernel("sm_80", BODY).replace(".version 8.0", ".version 8.8");
        assertThatThrownBy(() -> PtxAssembler.assemble("k", newer, AssemblerOptions.of("sm_80")))
                .isInstanceOf(PtxAssemblyException.class)
                .hasMessageContaining("8.8");
        assertThatThrownBy(() -> PtxAssembler.assemble("k", kernel("sm_90", BODY), AssemblerOptions.of("sm_80")))
                .isInstanceOf(PtxAssemblyException.class);
        assertThatThrownBy(() -> AssemblerOptions.of("compute_80")).hasMessageContaining("compute_80");
    }

    @Test
    void assemblesFromManyThreads() {
        String ptx = kernel("sm_80", BODY);
        assertThat(IntStream.range(0, 16)
                        .parallel()
                        .mapToObj(i -> PtxAssembler.assemble("k", ptx, AssemblerOptions.of("sm_80")))
                        .map(assembly -> assembly.kernel("k"))
                        .distinct()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void knowsItsTargets() {
        String old = kernel("sm_50", "ret;\n");
        for (String target : AssemblerOptions.TARGETS) {
            assertThat(PtxAssembler.assemble("k", old, AssemblerOptions.of(target))
                            .kernel("k")
                            .registers())
                    .as(target)
                    .isPositive();
        }
        assertThatThrownBy(() -> AssemblerOptions.of("sm_100"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sm_100")
                .hasMessageContaining("sm_90a");
        assertThatThrownBy(() -> new AssemblerOptions("sm_80", 256, 3)).hasMessageContaining("256");
        assertThatThrownBy(() -> new AssemblerOptions("sm_80", 0, 4)).hasMessageContaining("4");
    }

    @Test
    void saysWhyATargetIsTooOld() {
        assertThatThrownBy(() -> PtxAssembler.assemble("k.ptx", kernel("sm_90", BODY), AssemblerOptions.of("sm_80")))
                .isInstanceOfSatisfying(
                        PtxAssemblyException.class,
                        refused -> assertThat(refused.complaints())
                                .containsExactly(new PtxAssemblyException.Complaint(
                                        2,
                                        "the text is for a newer architecture than it is assembled for",
                                        ".target sm_90")));
    }

    @Test
    void refusesTextsThatWouldCrashIt() {
        for (String text : new String[] {"", " \n", "nothing", ".version 8.0\n", ".target sm_80\n"}) {
            assertThatThrownBy(() -> PtxAssembler.assemble("k", text, AssemblerOptions.of("sm_80")))
                    .isInstanceOf(PtxAssemblyException.class)
                    .hasMessageContaining("directive");
        }
        assertThatThrownBy(() -> PtxAssembler.assemble("k", kernel("sm_80", "\0"), AssemblerOptions.of("sm_80")))
                .isInstanceOfSatisfying(
                        PtxAssemblyException.class,
                        refused ->
                                assertThat(refused.complaints().get(0).line()).isEqualTo(6))
                .hasMessageContaining("zero byte");
    }

    @Test
    void refusesMoreSharedMemoryThanThereIs() {
        for (String size : new String[] {"512000", "51200000000000"}) {
            String ptx = kernel("sm_80", BODY.replace("s[512]", "s[" + size + "]"));
            assertThatThrownBy(() -> PtxAssembler.assemble("k", ptx, AssemblerOptions.of("sm_80")))
                    .isInstanceOf(PtxAssemblyException.class)
                    .hasMessageMatching("(?s).*(smem|shared).*");
        }
    }

    @Test
    void theLogsLinesOnCalledFunctionsAreNotTakenForTheirCallers() {
        String log = """
                ptxas info    : 4 bytes gmem, 32 bytes cmem[3]
                ptxas info    : Compiling entry function 'a' for 'sm_80'
                ptxas info    : Function properties for a
                ptxas         .     8 bytes stack frame, 12 bytes spill stores, 16 bytes spill loads
                ptxas info    : Function properties for helper
                ptxas         .     400 bytes stack frame, 1 bytes spill stores, 2 bytes spill loads
                ptxas info    : Used 22 registers, 128 bytes smem, 376 bytes cmem[0], 36 bytes cmem[2]
                ptxas info    : Function properties for helper
                ptxas         .     400 bytes stack frame, 1 bytes spill stores, 2 bytes spill loads
                ptxas info    : Compiling entry function 'b' for 'sm_80'
                ptxas info    : Used 10 registers
                """;
        assertThat(AssemblerLog.kernels(log, "k.ptx", "sm_80"))
                .containsExactly(
                        new KernelResources("a", 22, 8, 12, 16, 128, 412), new KernelResources("b", 10, 0, 0, 0, 0, 0));
    }
}
