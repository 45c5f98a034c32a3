package dev.clipjet.ptx.vectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.device.Dim3;
import dev.clipjet.ptx.emulator.KernelFindingsException;
import dev.clipjet.ptx.emulator.Rig;
import dev.clipjet.ptx.exec.ExecutionOptions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every form of {@code mbarrier}, in a program of one thread that looks at the phase and the pending count before and after it. */
class MBarrierFormsTest {
    private static final String LIFE = "mbarrier init,inval -,shared,shared::cta b64";
    private static final String ARRIVALS = "mbarrier arrive,arrive_drop -,expect_tx,noComplete"
            + " -,release,release.cta,release.cluster -,shared,shared::cta b64";
    private static final String REMOTE =
            "mbarrier arrive,arrive_drop -,expect_tx -,release.cluster shared::cluster b64";
    private static final String TRANSACTIONS = "mbarrier expect_tx,complete_tx -,relaxed.cta,relaxed.cluster"
            + " -,shared,shared::cta,shared::cluster b64";
    private static final String WAITS =
            "mbarrier test_wait,try_wait -,parity" + " -,acquire,acquire.cta,acquire.cluster -,shared,shared::cta b64";

    private static final String ARRIVE = "mbarrier.arrive.shared.b64 _, [bar];";

    /** Names of the forms that are tested here. */
    static List<String> forms() {
        List<String> forms = new ArrayList<>(List.of("mbarrier.pending_count.b64"));
        for (String pattern : new String[] {LIFE, ARRIVALS, REMOTE, TRANSACTIONS, WAITS}) {
            forms.addAll(Vectors.expand(pattern));
        }
        return forms;
    }

    /** The barrier's address, as the form's state space wants it, in %d1. */
    static String address(String name) {
        String shared = "mov.u64 %d1, bar;\n";
        if (name.contains("shared::cluster")) {
            return shared + "mapa.shared::cluster.u64 %d1, %d1, 0;";
        }
        return shared + (name.contains("shared") ? "" : "cvta.shared.u64 %d1, %d1;");
    }

    /** Whether phase 0 is over, into %r and a number. */
    private static String over(int register) {
        return "mbarrier.test_wait.parity.shared.b64 %q1, [bar], 0;\nselp.u32 %r" + register + ", 1, 0, %q1;";
    }

    private static int[] run(String name, String... statements) {
        List<String> all = new ArrayList<>(List.of(".shared .align 8 .b64 bar;", address(name)));
        for (int i = 1; i <= 6; i++) {
            all.add("mov.u32 %r" + i + ", 77;");
        }
        all.addAll(List.of(statements));
        all.add("ld.param.u64 %d20, [p0];\nst.global.v4.u32 [%d20], {%r1, %r2, %r3, %r4};");
        all.add("st.global.v2.u32 [%d20+16], {%r5, %r6};");
        try (Rig rig = new Rig(name, Vectors.kernel("", 1, all.toArray(String[]::new)), ExecutionOptions.standard())) {
            long out = rig.raw(24);
            rig.launch("k", Dim3.of(1), Dim3.of(1), out);
            return rig.readInts(out, 6);
        }
    }

    @Test
    void anArrivalCountsDownAndADropStaysAway() {
        List<String> names = new ArrayList<>(Vectors.expand(ARRIVALS));
        names.addAll(Vectors.expand(REMOTE));
        for (String name : names) {
            boolean remote = name.contains("shared::cluster");
            boolean expects = name.contains("expect_tx");
            String count = expects ? ", 16" : name.contains("noComplete") ? ", 1" : "";
            int[] words = run(
                    name,
                    "mbarrier.init.shared.b64 [bar], 4;",
                    name + (remote ? " _" : " %d2") + ", [%d1]" + count + ";",
                    remote ? "mov.u32 %r1, 4;" : "mbarrier.pending_count.b64 %r1, %d2;",
                    "mbarrier.arrive.shared.b64 %d3, [bar];\nmbarrier.pending_count.b64 %r2, %d3;",
                    ARRIVE + "\n" + over(3) + "\n" + ARRIVE + "\n" + over(4),
                    (expects ? "mbarrier.complete_tx.shared.b64 [bar], 16;\n" : "") + over(5),
                    "mbarrier.arrive.shared.b64 %d4, [bar];\nmbarrier.pending_count.b64 %r6, %d4;");
            assertThat(words).as(name).containsExactly(4, 3, 0, expects ? 0 : 1, 1, name.contains("drop") ? 3 : 4);
        }
    }

    @Test
    void bytesThatAreExpectedHoldThePhaseUntilTheyAreThere() {
        for (String name : Vectors.expand(TRANSACTIONS)) {
            boolean expects = name.contains("expect_tx");
            String form = name + " [%d1], 16;\n";
            int[] words = run(
                    name,
                    "mbarrier.init.shared.b64 [bar], 1;",
                    (expects ? form : "mbarrier.expect_tx.relaxed.cta.shared.b64 [bar], 16;\n") + ARRIVE,
                    over(1),
                    (expects ? "mbarrier.complete_tx.relaxed.cta.shared.b64 [bar], 16;\n" : form) + over(2));
            assertThat(words).as(name).containsExactly(0, 1, 77, 77, 77, 77);
        }
    }

    @Test
    void aWaitSeesTheEndOfItsPhase() {
        for (String name : Vectors.expand(WAITS)) {
            String form = name + " %q2, [%d1], " + (name.contains("parity") ? "0" : "%d2") + ";\n";
            int[] words = run(
                    name,
                    "mbarrier.init.shared.b64 [bar], 2;\nmbarrier.arrive.shared.b64 %d2, [bar];",
                    form + "selp.u32 %r1, 1, 0, %q2;\n" + ARRIVE,
                    form + "selp.u32 %r2, 1, 0, %q2;");
            assertThat(words).as(name).containsExactly(0, 1, 77, 77, 77, 77);
        }
    }

    @Test
    void aBarrierIsThereFromInitToInval() {
        for (String name : Vectors.expand(LIFE)) {
            if (name.contains("init")) {
                int[] words = run(name, name + " [%d1], 2;\n" + ARRIVE, over(1), ARRIVE + "\n" + over(2));
                assertThat(words).as(name).containsExactly(0, 1, 77, 77, 77, 77);
                continue;
            }
            String begin = "mbarrier.init.shared.b64 [bar], 1;\n" + name + " [%d1];\n";
            int[] words = run(name, begin + "mbarrier.init.shared.b64 [bar], 2;\n" + ARRIVE, over(1));
            assertThat(words).as(name).containsExactly(0, 77, 77, 77, 77, 77);
            assertThatThrownBy(() -> run(name, begin + ARRIVE)).as(name).isInstanceOf(KernelFindingsException.class);
        }
    }
}
