package dev.clipjet.ptx.assembler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class IsolatedAssemblerTest {
    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final AssemblerOptions OPTIONS = AssemblerOptions.of("sm_80");
    /** Crashes the assembler, as it does not begin with a version. */
    private static final String CRASH = "// .version 8.0 .target sm_80\nnothing";

    private static final String KERNEL = """
            .version 8.0
            .target sm_80
            .address_size 64
            .visible .entry k(.param .u64 a, .param .u32 n)
            {
            .reg .pred %p<3>;
            .reg .b32 %r<8>;
            .reg .b64 %d<4>;
            .shared .align 4 .b8 s[512];
            ld.param.u64 %d1, [a];
            ld.param.u32 %r5, [n];
            mov.u32 %r1, %tid.x;
            setp.lt.u32 %p1, %r1, %r5;
            @!%p1 bra DONE;
            mov.u32 %r2, s;
            st.shared.u32 [%r2], %r1;
            bar.sync 0;
            ld.shared.u32 %r3, [%r2];
            mad.lo.u32 %r4, %r3, %r3, 7;
            st.global.u32 [%d1], %r4;
            DONE:
            ret;
            }
            """;

    @Test
    void answersAsTheAssemblerInThisProcessDoes() {
        try (IsolatedAssembler assembler = new IsolatedAssembler(LIMIT)) {
            Assembly assembly = assembler.assemble("k.ptx", KERNEL, OPTIONS);
            Assembly here = PtxAssembler.assemble("k.ptx", KERNEL, OPTIONS);
            assertThat(assembly.cubin()).isEqualTo(here.cubin());
            assertThat(assembly.kernels()).isEqualTo(here.kernels());
            String broken = KERNEL.replace("mad.lo.u32 %r4, %r3, %r3, 7;", "mad.lo.u32 %r4, %r3, 7;");
            assertThatThrownBy(() -> assembler.assemble("k.ptx", broken, OPTIONS))
                    .isInstanceOfSatisfying(
                            PtxAssemblyException.class,
                            refused -> assertThat(refused.complaints())
                                    .containsExactly(new PtxAssemblyException.Complaint(
                                            19,
                                            "Arguments mismatch for instruction 'mad.lo'",
                                            "mad.lo.u32 %r4, %r3, 7;")))
                    .hasMessageContaining("k.ptx:19");
        }
    }

    @Test
    void survivesTextsThatCrashTheAssembler() {
        try (IsolatedAssembler assembler = new IsolatedAssembler(LIMIT)) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> assembler.assemble("odd.ptx", CRASH, OPTIONS))
                        .isInstanceOf(PtxAssemblyException.class)
                        .hasMessageContaining("odd.ptx")
                        .hasMessageContaining("crashed");
                assertThat(assembler
                                .assemble("k.ptx", KERNEL, OPTIONS)
                                .kernel("k")
                                .sharedBytes())
                        .isEqualTo(512);
            }
        }
    }

    @Test
    void endsWhatTakesTooLong() {
        try (IsolatedAssembler assembler = new IsolatedAssembler(Duration.ofMillis(1))) {
            assertThatThrownBy(() -> assembler.assemble("k.ptx", KERNEL, OPTIONS))
                    .isInstanceOf(PtxAssemblyException.class)
                    .hasMessageContaining("took longer than");
        }
        assertThatThrownBy(() -> new IsolatedAssembler(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void servesManyThreads() {
        try (IsolatedAssembler assembler = new IsolatedAssembler(LIMIT)) {
            List<Integer> shared = IntStream.range(1, 9)
                    .parallel()
                    .map(i -> assembler
                            .assemble("k.ptx", KERNEL.replace("s[512]", "s[" + 512 * i + "]"), OPTIONS)
                            .kernel("k")
                            .sharedBytes())
                    .boxed()
                    .toList();
            assertThat(shared).containsExactly(512, 1024, 1536, 2048, 2560, 3072, 3584, 4096);
        }
    }

    @Test
    void isUselessWhenClosed() {
        IsolatedAssembler assembler = new IsolatedAssembler(LIMIT);
        assembler.assemble("k.ptx", KERNEL, OPTIONS);
        assembler.close();
        assembler.close();
        assertThatThrownBy(() -> assembler.assemble("k.ptx", KERNEL, OPTIONS))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    /** About one in twenty damaged texts crashes the assembler; a longer run by {@code -Dclipjet.mutants=3000}. */
    @Test
    void damagedTextsAreAssembledOrRefused() {
        int mutants = Integer.getInteger("clipjet.mutants", 60);
        int assembled = 0;
        try (IsolatedAssembler assembler = new IsolatedAssembler(LIMIT)) {
            for (int i = 0; i < mutants; i++) {
                Random random = new Random(i);
                StringBuilder text = new StringBuilder(KERNEL);
                int at = random.nextInt(text.length() - 8);
                if (random.nextBoolean()) {
                    text.delete(at, at + 1 + random.nextInt(8));
                } else {
                    text.insert(at, text.substring(random.nextInt(at + 1), at + 1));
                }
                try {
                    assembled += assembler
                                            .assemble("damaged.ptx", text.toString(), OPTIONS)
                                            .cubin()
                                            .length
                                    > 0
                            ? 1
                            : 0;
                } catch (PtxAssemblyException refused) {
                    assertThat(refused.complaints()).isNotEmpty();
                }
            }
        }
        assertThat(assembled).isLessThan(mutants);
    }
}
