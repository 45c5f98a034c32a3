package dev.clipjet.ptx.profile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.device.Dim3;
import dev.clipjet.ptx.emulator.KernelFindingsException;
import dev.clipjet.ptx.emulator.Rig;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.exec.LaunchResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Counters of single instructions, run by one warp, against values worked out by hand; and that they never vary. */
class LaunchCountersTest {
    /** Runs an instruction in one warp; the lane is in %r1, its place in the input, 4 or 16 bytes a lane, in %d2 or %d3. */
    private static Counted run(String instruction) {
        String ptx = """
                .version 8.0
                .target sm_90a
                .address_size 64
                .visible .entry k(.param .u64 in)
                {
                .reg .pred %p<4>;
                .reg .b32 %r<20>;
                .reg .b64 %d<8>;
                .shared .align 128 .b8 s[8192];
                .shared .align 8 .b64 bar;
                ld.param.u64 %d1, [in];
                mov.u32 %r1, %laneid;
                setp.eq.u32 %p1, %r1, 0;
                mul.wide.u32 %d2, %r1, 4;
                add.s64 %d2, %d2, %d1;
                mul.wide.u32 %d3, %r1, 16;
                add.s64 %d3, %d3, %d1;
                mov.u32 %r2, s;
                mad.lo.u32 %r3, %r1, 16, %r2;
                mad.lo.u32 %r4, %r1, 128, %r2;
                mad.lo.u32 %r5, %r1, 144, %r2;
                shr.u32 %r6, %r1, 3;
                and.b32 %r7, %r1, 7;
                xor.b32 %r8, %r6, %r7;
                shl.b32 %r7, %r7, 7;
                mad.lo.u32 %r8, %r8, 16, %r7;
                add.u32 %r8, %r8, %r2;
                mov.u32 %r9, 0;
                mov.u32 %r10, 0;
                mov.u32 %r11, 0;
                mov.u32 %r12, 0;
                @%p1 mbarrier.init.shared.b64 [bar], 1;
                @%p1 fence.mbarrier_init.release.cluster;
                bar.warp.sync 0xffffffff;
                INSTRUCTION
                ret;
                }
                """.replace("INSTRUCTION", instruction);
        int line = 1 + (int) ptx.substring(0, ptx.indexOf(instruction)).lines().count();
        try (Rig rig = new Rig("k", ptx, ExecutionOptions.standard().withChecks(false))) {
            LaunchResult result = rig.launch("k", Dim3.ONE, Dim3.of(32), rig.bytes(new byte[1 << 16]));
            for (int pc = 0; pc < result.code().steps().length; pc++) {
                if (result.code().steps()[pc].line() == line) {
                    return new Counted(result.memory(), pc, result.touchedSectors());
                }
            }
            throw new IllegalStateException("no instruction at line " + line);
        }
    }

    private record Counted(MemoryCounters memory, int pc, long touched) {}

    @ParameterizedTest
    // Instruction, requests, sectors, ideal sectors, lines, distinct sectors of the launch.
    @CsvSource(
            delimiter = '|',
            value = {
                "ld.global.u32 %r9, [%d2];|1|4|4|1|4",
                "ld.global.u32 %r9, [%d2+4];|1|5|4|2|5",
                "ld.global.v4.u32 {%r9, %r10, %r11, %r12}, [%d3];|1|16|16|4|16",
                "ld.global.u32 %r9, [%d3];|1|16|4|4|16",
                "ld.global.u32 %r9, [%d1];|1|1|4|1|1",
                "@%p1 ld.global.u32 %r9, [%d1];|1|1|1|1|1",
                "st.global.u32 [%d2], %r9;|1|4|4|1|4",
                "red.global.add.u32 [%d2], %r9;|1|4|4|1|4",
                "cp.async.cg.shared.global [%r3], [%d3], 16; cp.async.wait_all;|1|16|16|4|16"
            })
    void globalMemory(String instruction, long requests, long sectors, long ideal, long lines, long touched) {
        Counted counted = run(instruction);
        assertThat(counted.memory.globalRequests[counted.pc]).isEqualTo(requests);
        assertThat(counted.memory.sectors[counted.pc]).isEqualTo(sectors);
        assertThat(counted.memory.idealSectors[counted.pc]).isEqualTo(ideal);
        assertThat(counted.memory.lines[counted.pc]).isEqualTo(lines);
        assertThat(counted.touched).isEqualTo(touched);
    }

    @ParameterizedTest
    // Instruction, wavefronts, those without conflicts.
    @CsvSource(
            delimiter = '|',
            value = {
                "ld.shared.u32 %r9, [%r3];|4|1", // 16 bytes apart: every fourth bank
                "ld.shared.u32 %r9, [%r4];|32|1",
                "ld.shared.u32 %r9, [s];|1|1",
                "ld.shared.v2.u32 {%r9, %r10}, [%r3];|4|2",
                "ld.shared.v4.u32 {%r9, %r10, %r11, %r12}, [%r3];|4|4",
                "st.shared.v4.u32 [%r4], {%r9, %r10, %r11, %r12};|32|4",
                "ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r9, %r10, %r11, %r12}, [%r3];|4|4",
                "ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r9, %r10, %r11, %r12}, [%r4];|32|4",
                "ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r9, %r10, %r11, %r12}, [%r5];|4|4",
                "ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r9, %r10, %r11, %r12}, [%r8];|4|4",
                "ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%r9}, [%r4];|8|1",
                "stmatrix.sync.aligned.m8n8.x4.shared.b16 [%r4], {%r9, %r10, %r11, %r12};|32|4",
                "stmatrix.sync.aligned.m8n8.x4.shared.b16 [%r8], {%r9, %r10, %r11, %r12};|4|4",
                "cp.async.cg.shared.global [%r3], [%d3], 16; cp.async.wait_all;|4|4",
                "cp.async.cg.shared.global [%r4], [%d3], 16; cp.async.wait_all;|32|4"
            })
    void sharedMemory(String instruction, long wavefronts, long ideal) {
        Counted counted = run(instruction);
        assertThat(counted.memory.wavefronts[counted.pc]).isEqualTo(wavefronts);
        assertThat(counted.memory.idealWavefronts[counted.pc]).isEqualTo(ideal);
    }

    @ParameterizedTest
    // Instruction, distinct addresses, the most lanes on one.
    @CsvSource(
            delimiter = '|',
            value = {
                "red.global.add.u32 [%d2], 1;|32|1",
                "red.global.add.u32 [%d1], 1;|1|32",
                "atom.shared.add.u32 %r9, [%r7], 1;|8|4", // lanes l and l + 8 share %r7
                "@%p1 red.global.add.u32 [%d1], 1;|1|1"
            })
    void atomics(String instruction, long addresses, long depth) {
        Counted counted = run(instruction);
        assertThat(counted.memory.atomics[counted.pc]).isEqualTo(1);
        assertThat(counted.memory.atomicAddresses[counted.pc]).isEqualTo(addresses);
        assertThat(counted.memory.atomicDepth[counted.pc]).isEqualTo(depth);
    }

    @Test
    void bulkCopies() {
        Counted load =
                run("@%p1 cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [s], [%d1], 2048, [bar];"
                        + " @%p1 mbarrier.arrive.expect_tx.shared.b64 _, [bar], 2048;"
                        + " WAIT: mbarrier.try_wait.parity.shared.b64 %p2, [bar], 0; @!%p2 bra WAIT;");
        assertThat(load.memory.globalRequests[load.pc]).isEqualTo(1);
        assertThat(load.memory.sectors[load.pc]).isEqualTo(64);
        assertThat(load.memory.lines[load.pc]).isEqualTo(16);
        assertThat(load.memory.wavefronts[load.pc]).isEqualTo(16);
        assertThat(load.touched).isEqualTo(64);
        Counted store = run("@%p1 cp.async.bulk.global.shared::cta.bulk_group [%d1], [s], 512;"
                + " cp.async.bulk.commit_group; cp.async.bulk.wait_group 0;");
        assertThat(store.memory.sectors[store.pc]).isEqualTo(16);
        assertThat(store.memory.wavefronts[store.pc]).isEqualTo(4);
    }

    private static List<long[]> product(ExecutionOptions options) {
        short[] values = new short[256 * 64];
        Random random = new Random(3);
        for (int i = 0; i < values.length; i++) {
            values[i] = (short) (random.nextInt() & 0x83ff | 15 << 10);
        }
        try (Rig rig = Rig.of("gemm.ptx", options)) {
            long a = rig.shorts(values);
            long c = rig.raw(4 * 256 * 256);
            LaunchResult result = rig.launch("gemm", Dim3.of(4, 4), Dim3.of(128), 256, 256, 64, a, a, c);
            MemoryCounters memory = result.memory();
            List<long[]> counts = new ArrayList<>(List.of(
                    result.executions(),
                    result.activeLanes(),
                    memory.globalRequests,
                    memory.sectors,
                    memory.lines,
                    memory.globalBytes,
                    memory.wavefronts,
                    new long[] {result.touchedSectors(), result.warpInstructions()}));
            long[] bits = new long[256 * 256];
            int[] product = rig.readInts(c, bits.length);
            for (int i = 0; i < bits.length; i++) {
                bits[i] = product[i];
            }
            counts.add(bits);
            return counts;
        }
    }

    @Test
    void everyCountAndBitIsTheSameForAnyNumberOfWorkers() {
        List<long[]> one = product(ExecutionOptions.standard().withWorkers(1));
        for (int workers : new int[] {2, 3, 8}) {
            List<long[]> more = product(ExecutionOptions.standard().withWorkers(workers));
            for (int i = 0; i < one.size(); i++) {
                assertThat(more.get(i)).as("%d workers, counter %d", workers, i).isEqualTo(one.get(i));
            }
        }
    }

    @Test
    void findingsAreTheSameForAnyNumberOfWorkers() {
        String ptx = Rig.text("gemm.ptx").replaceFirst("bar\\.sync\\s+0;", "");
        List<?> first = null;
        for (int workers : new int[] {1, 2, 8}) {
            try (Rig rig = new Rig("gemm.ptx", ptx, ExecutionOptions.standard().withWorkers(workers))) {
                long a = rig.shorts(new short[256 * 64]);
                List<?> found = List.of();
                try {
                    rig.launch("gemm", Dim3.of(4, 4), Dim3.of(128), 256, 256, 64, a, a, rig.raw(4 * 256 * 256));
                } catch (KernelFindingsException thrown) {
                    found = thrown.findings();
                }
                assertThat(found).isNotEmpty();
                first = first == null ? found : first;
                assertThat(found).isEqualTo(first);
            }
        }
    }
}
