package dev.clipjet.ptx.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.device.DeviceException;
import dev.clipjet.device.DeviceMemory;
import dev.clipjet.device.Dim3;
import dev.clipjet.device.GpuDevice;
import dev.clipjet.device.GpuEvent;
import dev.clipjet.device.GpuFunction;
import dev.clipjet.device.GpuGraph;
import dev.clipjet.device.GpuModule;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.KernelArguments;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.device.PinnedMemory;
import dev.clipjet.device.faults.FaultPlan;
import dev.clipjet.device.faults.FaultyDevice;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.syntax.PtxSyntaxException;
import org.junit.jupiter.api.Test;

/** The device interface as the emulator implements it, and what is left when any of its calls fails. */
class EmulatedDeviceTest {
    private static final LaunchShape SHAPE = new LaunchShape(Dim3.of(1), Dim3.of(128), 0);

    private static GpuDevice device() {
        return new EmulatedDevice(EmulatedDevice.h200(), ExecutionOptions.standard());
    }

    /** Fills pinned memory, copies it, records a graph that launches twice, replays it, and copies back. */
    private static float[] work(GpuDevice device) {
        int n = 100;
        try (GpuStream stream = device.createStream();
                GpuModule module = device.loadModule("basics.ptx", Rig.text("basics.ptx"));
                DeviceMemory x = device.allocate(4 * n);
                DeviceMemory y = device.allocate(4 * n);
                PinnedMemory host = device.allocatePinned(4 * n);
                GpuEvent event = device.createEvent(true)) {
            for (int i = 0; i < n; i++) {
                host.buffer().putFloat(4 * i, i);
            }
            stream.copyToDevice(x.address(), host.buffer());
            stream.fill(y.address(), (byte) 0, y.bytes());
            GpuFunction saxpy = module.function("saxpy");
            KernelArguments arguments = new KernelArguments()
                    .addInt(n)
                    .addFloat(2)
                    .addLong(x.address())
                    .addLong(y.address());
            stream.beginCapture();
            stream.launch(saxpy, SHAPE, arguments);
            stream.launch(saxpy, SHAPE, arguments);
            try (GpuGraph graph = stream.endCapture()) {
                stream.launch(graph);
                stream.record(event);
                stream.copyToHost(host.buffer(), y.address());
                stream.synchronize();
                event.synchronize();
            }
            float[] result = new float[n];
            host.buffer().asFloatBuffer().get(result);
            return result;
        }
    }

    @Test
    void copiesLaunchesAndReplaysGraphs() {
        try (GpuDevice device = device()) {
            float[] result = work(device);
            for (int i = 0; i < result.length; i++) {
                assertThat(result[i]).isEqualTo(4f * i);
            }
        }
    }

    @Test
    void whicheverCallFailsNothingIsLeftBehind() {
        FaultPlan counting = FaultPlan.none();
        try (GpuDevice device = new FaultyDevice(device(), counting)) {
            work(device);
        }
        int calls = counting.calls().size();
        assertThat(calls).isGreaterThan(14);
        assertThat(counting.live()).isEmpty();
        for (int k = 1; k <= calls; k++) {
            for (FaultPlan plan : new FaultPlan[] {FaultPlan.once(k), FaultPlan.from(k)}) {
                String expected = counting.calls().get(k - 1);
                try (GpuDevice device = new FaultyDevice(device(), plan)) {
                    assertThatThrownBy(() -> work(device))
                            .isInstanceOfSatisfying(
                                    DeviceException.class,
                                    failed -> assertThat(failed.call()).isEqualTo(expected));
                }
                assertThat(plan.hasFailed()).isTrue();
                assertThat(plan.live()).as("after call %d, %s", k, expected).isEmpty();
            }
        }
    }

    @Test
    void leaksAreReportedWhenTheDeviceCloses() {
        GpuDevice device = device();
        device.allocate(100);
        device.createStream();
        assertThatThrownBy(device::close)
                .hasMessageContaining("2 live resources")
                .hasMessageContaining("EmulatedMemory")
                .hasMessageContaining("EmulatedStream");
        assertThatThrownBy(() -> device.allocate(1)).hasMessageContaining("closed");
    }

    @Test
    void aFaultPoisonsTheDevice() {
        try (Rig rig = Rig.of("basics.ptx", ExecutionOptions.standard())) {
            assertThatThrownBy(() -> rig.launch("saxpy", Dim3.ONE, Dim3.of(32), 8, 1f, 0L, 0L))
                    .isInstanceOf(KernelFindingsException.class)
                    .hasMessageContaining("null address");
            assertThatThrownBy(() -> rig.raw(16))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContaining("an earlier launch failed");
        }
    }

    @Test
    void launchesThatNoDeviceCouldRunAreRefused() {
        try (Rig rig = Rig.of("basics.ptx", ExecutionOptions.standard())) {
            assertThatThrownBy(() -> rig.launch("saxpy", Dim3.ONE, Dim3.of(32), 8, 1f, 0L))
                    .hasMessageContaining("4 parameters, the launch 3");
            assertThatThrownBy(() -> rig.launch("saxpy", Dim3.ONE, Dim3.of(32), 8L, 1f, 0L, 0L))
                    .hasMessageContaining("argument 0 has 8 bytes");
            assertThatThrownBy(() -> rig.launch("saxpy", Dim3.ONE, Dim3.of(2048), 8, 1f, 0L, 0L))
                    .hasMessageContaining("2048");
            assertThatThrownBy(() -> rig.launch("nothing", Dim3.ONE, Dim3.ONE)).hasMessageContaining("saxpy");
            assertThatThrownBy(() -> rig.launch(
                            "gridsum",
                            new LaunchShape(Dim3.of(100_000), Dim3.of(1024), Dim3.ONE, 0, true),
                            1,
                            0L,
                            0L,
                            0L,
                            0L))
                    .hasMessageContaining("TOO_LARGE");
        }
    }

    @Test
    void modulesWithUnknownInstructionsDoNotLoad() {
        String ptx = Rig.text("basics.ptx").replaceFirst("popc\\.b32", "popsicle.b32");
        int line = (int) ptx.substring(0, ptx.indexOf("popsicle")).lines().count();
        try (GpuDevice device = device()) {
            assertThatThrownBy(() -> device.loadModule("odd.ptx", ptx))
                    .isInstanceOf(PtxSyntaxException.class)
                    .hasMessageContaining("odd.ptx:" + line)
                    .hasMessageContaining("popsicle");
        }
    }
}
