package dev.clipjet.ptx.syntax;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import dev.clipjet.device.DeviceException;
import dev.clipjet.device.DeviceMemory;
import dev.clipjet.device.Dim3;
import dev.clipjet.device.GpuModule;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.KernelArguments;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.emulator.EmulatedDevice;
import dev.clipjet.ptx.exec.ExecutionOptions;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Broken texts, loaded and, where that succeeds, run: they give results, findings or an error with a line, soon and with bounded
 * memory, and never another exception. More inputs, or others: {@code -Dclipjet.fuzz.inputs=1000000 -Dclipjet.fuzz.seed=7}.
 */
class ExecutionFuzzTest {
    private static final int INPUTS = Integer.getInteger("clipjet.fuzz.inputs", 4_000);
    private static final long SEED = Long.getLong("clipjet.fuzz.seed", 1);
    private static final long MAX_WARP_INSTRUCTIONS = 300;
    private static final long MAX_NANOSECONDS = 5_000_000_000L;
    private static final long MAX_BYTES = 128 << 20;
    private static final int BUFFER = 1 << 12;

    /** Instructions that the kernels lack, on registers that most of them have. */
    private static final List<String> MORE = List.of(
            "bar.sync 0;",
            "bar.sync %r1, 32;",
            "barrier.cta.arrive 1, 64;",
            "bar.warp.sync %r2;",
            "shfl.sync.idx.b32 %r1|%p1, %r2, %r3, 31, -1;",
            "vote.sync.ballot.b32 %r1, %p1, -1;",
            "match.any.sync.b32 %r1, %r2, -1;",
            "redux.sync.add.s32 %r1, %r2, -1;",
            "activemask.b32 %r1;",
            "elect.sync _|%p1, -1;",
            "atom.global.add.u32 %r1, [%rd1], %r2;",
            "atom.shared.cas.b32 %r1, [%r2], %r3, %r4;",
            "red.global.add.f32 [%rd1], %f1;",
            "cp.async.ca.shared.global [%r1], [%rd1], 4;",
            "cp.async.cg.shared.global [%r1], [%rd1], 16, %r2;",
            "cp.async.commit_group;",
            "cp.async.wait_group 0;",
            "cp.async.mbarrier.arrive.noinc.shared.b64 [%r1];",
            "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%r1], [%rd1], 64, [%r2];",
            "cp.async.bulk.global.shared::cta.bulk_group [%rd1], [%r1], %r2;",
            "cp.async.bulk.commit_group;",
            "cp.async.bulk.wait_group.read 0;",
            "mbarrier.init.shared.b64 [%r1], 1;",
            "mbarrier.inval.shared.b64 [%r1];",
            "mbarrier.arrive.shared.b64 %rd1, [%r1];",
            "mbarrier.arrive.expect_tx.shared.b64 _, [%r1], 64;",
            "mbarrier.try_wait.parity.shared.b64 %p1, [%r1], 0;",
            "mbarrier.test_wait.shared.b64 %p1, [%r1], %rd1;",
            "ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r1, %r2, %r3, %r4}, [%r5];",
            "stmatrix.sync.aligned.m8n8.x1.shared.b16 [%r5], {%r1};",
            "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%f1, %f2, %f3, %f4}, {%r1, %r2, %r3, %r4}, {%r5, %r1},"
                    + " {%f1, %f2, %f3, %f4};",
            "mma.sync.aligned.m16n8k32.row.col.s32.s8.u8.s32 {%r1, %r2, %r3, %r4}, {%r1, %r2, %r3, %r4}, {%r5, %r1},"
                    + " {%r1, %r2, %r3, %r4};",
            "wmma.load.a.sync.aligned.row.m16n16k16.global.f16 {%r1, %r2, %r3, %r4, %r5, %r6, %r7, %r8}, [%rd1], %r9;",
            "barrier.cta.red.popc.u32 %r1, 0, %p1;",
            "bar.red.and.pred %p1, 1, 64, %p2;",
            "griddepcontrol.wait;",
            "griddepcontrol.launch_dependents;",
            "createpolicy.fractional.L2::evict_first.b64 %rd1;",
            "ld.shared::cluster.u32 %r1, [%r2];",
            "st.shared::cluster.u32 [%r2], %r1;",
            "wgmma.fence.sync.aligned;",
            "wgmma.commit_group.sync.aligned;",
            "wgmma.wait_group.sync.aligned 0;",
            "setmaxnreg.dec.sync.aligned.u32 40;",
            "fence.proxy.async;",
            "fence.acq_rel.gpu;",
            "membar.sys;",
            "barrier.cluster.arrive;",
            "barrier.cluster.wait;",
            "mapa.shared::cluster.u32 %r1, %r2, 0;",
            "ld.global.v4.u32 {%r1, %r2, %r3, %r4}, [%rd1];",
            "st.shared.v2.b32 [%r1], {%r2, %r3};",
            "ld.local.u8 %r1, [%rd1];",
            "ld.acquire.gpu.u32 %r1, [%rd1];",
            "st.release.sys.u32 [%rd1], %r1;",
            "cvta.shared.u64 %rd1, %rd2;",
            "trap;",
            "exit;",
            "nanosleep.u32 100;");

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final Map<String, Integer> outcomes = new TreeMap<>();
    private final Random random = new Random(SEED);

    @Test
    void brokenTextsLoadAndRunOrAreRefused() {
        KernelMutator mutator =
                new KernelMutator(Corpus.names().stream().map(Corpus::text).toList(), MORE, SEED);
        assertThat(mutator.kernels()).isGreaterThan(10);
        long longest = 0;
        long most = 0;
        for (int i = 0; i < INPUTS; i++) {
            String text = mutator.next();
            long before = threads.getCurrentThreadAllocatedBytes();
            long start = System.nanoTime();
            try {
                run(text);
            } catch (RuntimeException | StackOverflowError | OutOfMemoryError wrong) {
                fail("input " + i + " of seed " + SEED + ": " + text, wrong);
            }
            long time = System.nanoTime() - start;
            long bytes = threads.getCurrentThreadAllocatedBytes() - before;
            assertThat(time).as("nanoseconds for input %d: %s", i, text).isLessThan(MAX_NANOSECONDS);
            assertThat(bytes).as("bytes for input %d: %s", i, text).isLessThan(MAX_BYTES);
            longest = Math.max(longest, time);
            most = Math.max(most, bytes);
        }
        System.out.printf(
                "%d inputs of seed %d: %s; longest %.0f ms, most memory %.1f MiB%n",
                INPUTS, SEED, outcomes, longest / 1e6, most / 1048576.0);
        assertThat(outcomes.get("kernels")).as("kernels that still run").isGreaterThan(INPUTS / 10);
    }

    private void count(String outcome) {
        outcomes.merge(outcome, 1, Integer::sum);
    }

    private void run(String text) {
        ExecutionOptions options = ExecutionOptions.standard()
                .withWorkers(1)
                .withMaxWarpInstructions(MAX_WARP_INSTRUCTIONS)
                .withSeed(random.nextInt(3));
        PtxModule parsed;
        try {
            parsed = PtxParser.parse("fuzz.ptx", text);
        } catch (PtxSyntaxException refused) {
            count("refused by the parser");
            return;
        }
        for (Function function : parsed.functions()) {
            if (function.entry() && function.body() != null) {
                // A device each: the first fault ends one for good.
                try (EmulatedDevice device = new EmulatedDevice(EmulatedDevice.h200(), options);
                        GpuStream stream = device.createStream();
                        DeviceMemory memory = device.allocate(BUFFER);
                        GpuModule module = device.loadModule("fuzz.ptx", text)) {
                    stream.copyToDevice(memory.address(), ByteBuffer.allocate(BUFFER));
                    count("kernels");
                    launch(stream, module, function, memory.address());
                } catch (PtxSyntaxException refused) {
                    assertThat(refused.line()).isBetween(1, parsed.lines());
                    count("refused by the decoder");
                    return;
                }
            }
        }
    }

    private void launch(GpuStream stream, GpuModule module, Function function, long address) {
        KernelArguments arguments = new KernelArguments();
        for (Variable parameter : function.parameters()) {
            int each = PtxType.of(parameter.type()).bytes() * parameter.vector();
            if (each == 8 && parameter.elements() == 1) {
                arguments.addLong(address + 256L * random.nextInt(4));
            } else if (each == 4 && parameter.elements() == 1) {
                arguments.addInt(random.nextInt(100));
            } else {
                arguments.addBytes(new byte[(int) (each * Math.max(1, parameter.elements()))], parameter.alignment());
            }
        }
        try {
            LaunchShape shape = new LaunchShape(Dim3.of(1 + random.nextInt(2)), Dim3.of(32), 1024);
            // Two grids, of which the second may overlap the first.
            stream.launch(module.function(function.name()), shape, arguments);
            if (random.nextInt(4) == 0) {
                stream.launch(module.function(function.name()), shape.withProgrammatic(true), arguments);
            }
            count("ran to their end");
        } catch (DeviceException ended) {
            count("ended by " + ended.codeName());
        }
    }
}
