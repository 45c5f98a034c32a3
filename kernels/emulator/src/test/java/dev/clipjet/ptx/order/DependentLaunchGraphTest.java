package dev.clipjet.ptx.order;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.device.Dim3;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.ptx.emulator.KernelFindingsException;
import dev.clipjet.ptx.emulator.Rig;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.report.Finding;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Random chains of programmatic launches of one thread each, against a graph of what PTX orders: an access that no path leads to from
 * a conflicting one of an earlier grid is a race.
 */
class DependentLaunchGraphTest {
    private static final int KERNELS = 5;
    private static final int WORDS = 3;
    private static final LaunchShape ONE = new LaunchShape(Dim3.ONE, Dim3.ONE, 0);

    /** What a kernel does one after the other; a word matters for accesses only. */
    private enum Op {
        READ,
        WRITE,
        FENCE,
        LAUNCH,
        WAIT
    }

    private record Event(Op op, int word) {}

    private static List<List<Event>> chain(Random random) {
        List<List<Event>> kernels = new ArrayList<>();
        for (int i = 0; i < KERNELS; i++) {
            List<Event> events = new ArrayList<>();
            int count = 1 + random.nextInt(6);
            for (int j = 0; j < count; j++) {
                // Accesses are as likely as everything else together.
                Op op = random.nextBoolean() ? Op.values()[random.nextInt(2)] : Op.values()[2 + random.nextInt(3)];
                events.add(new Event(op, random.nextInt(WORDS)));
            }
            kernels.add(events);
        }
        return kernels;
    }

    private static String text(List<List<Event>> kernels) {
        StringBuilder text = new StringBuilder(".version 8.0\n.target sm_90\n.address_size 64\n");
        for (int i = 0; i < kernels.size(); i++) {
            text.append(".visible .entry k" + i + "(.param .u64 a) { .reg .b32 %r<2>; .reg .b64 %d<2>;")
                    .append(" ld.param.u64 %d0, [a];\n");
            for (Event event : kernels.get(i)) {
                text.append(
                        switch (event.op) {
                            case READ -> "ld.global.u32 %r0, [%d0+" + 4 * event.word + "];\n";
                            case WRITE -> "st.global.u32 [%d0+" + 4 * event.word + "], 0;\n";
                            case FENCE -> "fence.acq_rel.gpu;\n";
                            case LAUNCH -> "griddepcontrol.launch_dependents;\n";
                            case WAIT -> "griddepcontrol.wait;\n";
                        });
            }
            text.append("ret; }\n");
        }
        return text.toString();
    }

    /** Nodes: for each kernel its start, its events, that its thread has ended, and that all it wrote is visible. */
    private static boolean[][] reachable(List<List<Event>> kernels) {
        int width = 16;
        boolean[][] path = new boolean[KERNELS * width][KERNELS * width];
        for (int i = 0; i < KERNELS; i++) {
            List<Event> events = kernels.get(i);
            int start = i * width;
            int ended = start + 14;
            int visible = start + 15;
            path[start][ended] = true;
            path[ended][visible] = true;
            int firstLaunch = -1;
            for (int j = 0; j < events.size(); j++) {
                Op op = events.get(j).op;
                int node = start + 1 + j;
                path[start][node] = true;
                if (op != Op.FENCE) {
                    path[node][op == Op.WRITE ? visible : ended] = true;
                }
                firstLaunch = op == Op.LAUNCH && firstLaunch < 0 ? node : firstLaunch;
                if (op == Op.WAIT && i > 0) {
                    path[start - 1][node] = true;
                }
                for (int later = j + 1; later < events.size(); later++) {
                    Op next = events.get(later).op;
                    // Accesses may be performed late, but before a fence; and that counts where dependents are
                    // launched.
                    boolean ordered = switch (op) {
                        case READ, WRITE -> next == Op.FENCE;
                        case FENCE -> next == Op.LAUNCH;
                        case LAUNCH, WAIT -> true;
                    };
                    path[node][start + 1 + later] |= ordered;
                }
            }
            if (i + 1 < KERNELS) {
                // A grid that launches nothing ends first, and what it wrote need not be visible then.
                path[firstLaunch < 0 ? ended : firstLaunch][start + width] = true;
            }
        }
        for (int via = 0; via < path.length; via++) {
            for (boolean[] row : path) {
                for (int to = 0; row[via] && to < path.length; to++) {
                    row[to] |= path[via][to];
                }
            }
        }
        return path;
    }

    private static Set<String> expected(List<List<Event>> kernels) {
        boolean[][] path = reachable(kernels);
        Set<String> races = new HashSet<>();
        for (int later = 1; later < KERNELS; later++) {
            for (int earlier = 0; earlier < later; earlier++) {
                for (int b = 0; b < kernels.get(later).size(); b++) {
                    for (int a = 0; a < kernels.get(earlier).size(); a++) {
                        Event first = kernels.get(earlier).get(a);
                        Event second = kernels.get(later).get(b);
                        boolean conflict = first.word == second.word
                                && (first.op == Op.WRITE && second.op.compareTo(Op.WRITE) <= 0
                                        || first.op == Op.READ && second.op == Op.WRITE);
                        if (conflict && !path[16 * earlier + 1 + a][16 * later + 1 + b]) {
                            races.add("k" + later + " event " + b);
                        }
                    }
                }
            }
        }
        return races;
    }

    @Test
    void racesAreWhatNoPathOrders() {
        Random random = new Random(12);
        int racy = 0;
        int silent = 0;
        for (int round = 0; round < 2000; round++) {
            List<List<Event>> kernels = chain(random);
            Set<String> found = new HashSet<>();
            try (Rig rig =
                    new Rig("chain", text(kernels), ExecutionOptions.standard().withWorkers(1))) {
                long data = rig.ints(new int[WORDS]);
                int line = 3;
                for (int i = 0; i < KERNELS; i++) {
                    int first = line + 2;
                    try {
                        rig.launch("k" + i, ONE.withProgrammatic(true), data);
                    } catch (KernelFindingsException failed) {
                        for (Finding each : failed.findings()) {
                            found.add(each.kernel() + " event " + (each.place().line() - first));
                        }
                    }
                    line += 2 + kernels.get(i).size();
                }
            }
            Set<String> expected = expected(kernels);
            assertThat(found).as("%s", kernels).isEqualTo(expected);
            racy += expected.isEmpty() ? 0 : 1;
            silent += expected.isEmpty() ? 1 : 0;
        }
        assertThat(racy).isGreaterThan(200);
        assertThat(silent).isGreaterThan(200);
    }
}
