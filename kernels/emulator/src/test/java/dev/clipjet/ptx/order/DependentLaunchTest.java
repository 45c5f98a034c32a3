package dev.clipjet.ptx.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.device.DeviceException;
import dev.clipjet.device.DeviceMemory;
import dev.clipjet.device.Dim3;
import dev.clipjet.device.GpuEvent;
import dev.clipjet.device.GpuGraph;
import dev.clipjet.device.GpuModule;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.KernelArguments;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.ptx.emulator.EmulatedDevice;
import dev.clipjet.ptx.emulator.KernelFindingsException;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.report.Finding;
import dev.clipjet.ptx.report.FindingKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a programmatic launch may overlap: the grid before it in its stream or graph, and what else orders them. */
final class DependentLaunchTest {
    private static final LaunchShape ORDINARY = new LaunchShape(Dim3.of(2), Dim3.of(32), 0);
    private static final LaunchShape PROGRAMMATIC = ORDINARY.withProgrammatic(true);
    private static final int BYTES = 256;

    /** Writes the number of each thread, plus one, where the argument says; EXTRA comes before the end. */
    private static final String WRITER = """
            .version 8.0
            .target sm_90
            .address_size 64
            .visible .entry writer(.param .u64 to)
            {
                .reg .b32 %r<4>;
                .reg .b64 %rd<4>;
                ld.param.u64 %rd1, [to];
                mov.u32 %r1, %ctaid.x;
                mov.u32 %r2, %tid.x;
                mad.lo.u32 %r1, %r1, 32, %r2;
                mul.wide.u32 %rd2, %r1, 4;
                add.u64 %rd1, %rd1, %rd2;
                add.u32 %r1, %r1, 1;
                st.global.u32 [%rd1], %r1;
                EXTRA
                ret;
            }
            """;

    /** Copies a word for each thread without waiting. */
    private static final String READER = """
            .version 8.0
            .target sm_90
            .address_size 64
            .visible .entry reader(.param .u64 from, .param .u64 to)
            {
                .reg .b32 %r<4>;
                .reg .b64 %rd<4>;
                ld.param.u64 %rd1, [from];
                ld.param.u64 %rd3, [to];
                mov.u32 %r1, %ctaid.x;
                mov.u32 %r2, %tid.x;
                mad.lo.u32 %r1, %r1, 32, %r2;
                mul.wide.u32 %rd2, %r1, 4;
                add.u64 %rd1, %rd1, %rd2;
                add.u64 %rd3, %rd3, %rd2;
                ld.global.u32 %r3, [%rd1];
                st.global.u32 [%rd3], %r3;
                ret;
            }
            """;

    private EmulatedDevice device;
    private GpuStream stream;
    private GpuStream other;
    private GpuModule writers;
    private GpuModule readers;
    private DeviceMemory data;
    private DeviceMemory out;
    private DeviceMemory elsewhere;

    @BeforeEach
    void open() {
        device = new EmulatedDevice(EmulatedDevice.h200(), ExecutionOptions.standard());
        stream = device.createStream();
        other = device.createStream();
        writers = device.loadModule("writer.ptx", WRITER.replace("EXTRA", "griddepcontrol.launch_dependents;"));
        readers = device.loadModule("reader.ptx", READER);
        data = device.allocate(BYTES);
        out = device.allocate(BYTES);
        elsewhere = device.allocate(BYTES);
        stream.fill(data.address(), (byte) 0, BYTES);
    }

    @AfterEach
    void close() {
        data.close();
        out.close();
        elsewhere.close();
        writers.close();
        readers.close();
        stream.close();
        other.close();
        device.close();
    }

    private void write(GpuStream in, LaunchShape shape, DeviceMemory to) {
        in.launch(writers.function("writer"), shape, new KernelArguments().addLong(to.address()));
    }

    private void read(LaunchShape shape) {
        stream.launch(
                readers.function("reader"),
                shape,
                new KernelArguments().addLong(data.address()).addLong(out.address()));
    }

    private void assertRace(Runnable launch) {
        assertThatThrownBy(launch::run)
                .isInstanceOfSatisfying(
                        KernelFindingsException.class,
                        failed -> assertThat(failed.findings())
                                .extracting(Finding::kind)
                                .containsExactly(FindingKind.RACE));
    }

    private void assertResult() {
        ByteBuffer host = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        stream.copyToHost(host, out.address());
        for (int i = 0; i < BYTES / 4; i++) {
            assertThat(host.getInt(4 * i)).isEqualTo(i + 1);
        }
    }

    @Test
    void bothPlacesAreNamed() {
        write(stream, ORDINARY, data);
        assertThatThrownBy(() -> read(PROGRAMMATIC)).isInstanceOfSatisfying(KernelFindingsException.class, failed -> {
            Finding found = failed.findings().get(0);
            assertThat(found.kernel()).isEqualTo("reader");
            assertThat(found.file()).isEqualTo("reader.ptx");
            assertThat(found.otherFile()).isEqualTo("writer.ptx");
            assertThat(found.detail())
                    .contains("read of global memory")
                    .contains("before griddepcontrol.wait")
                    .contains("write by the kernel writer launched before");
            assertThat(found.place().instruction()).startsWith("ld.global");
            assertThat(found.other().instruction()).startsWith("st.global");
            assertThat(found.other().line()).isEqualTo(15);
            assertThat(found.other().blockX()).isEqualTo(found.place().blockX());
            assertThat(found.other().thread()).isEqualTo(found.place().thread());
            assertThat(found.toString()).contains("and writer.ptx line 15");
        });
        assertResult();
    }

    @Test
    void ordinaryLaunchesAndTheFirstOfAStreamAreSilent() {
        read(PROGRAMMATIC);
        write(stream, ORDINARY, data);
        read(ORDINARY);
        assertResult();
    }

    @Test
    void whatLiesBetweenOrdersThem() {
        try (GpuEvent event = device.createEvent(false)) {
            Runnable[] between = {
                stream::synchronize,
                device::synchronize,
                () -> stream.record(event),
                () -> stream.waitFor(event),
                () -> stream.fill(elsewhere.address(), (byte) 0, 4),
                () -> stream.copyToHost(ByteBuffer.allocate(4), data.address()),
                () -> stream.copyToDevice(elsewhere.address(), ByteBuffer.allocate(4)),
                () -> stream.copyOnDevice(elsewhere.address(), data.address(), 4),
                () -> write(stream, ORDINARY, elsewhere)
            };
            for (Runnable each : between) {
                write(stream, ORDINARY, data);
                each.run();
                assertThatCode(() -> read(PROGRAMMATIC)).doesNotThrowAnyException();
                write(stream, ORDINARY, data);
                assertRace(() -> read(PROGRAMMATIC));
            }
        }
    }

    @Test
    void launchesInOtherStreamsChangeNothing() {
        write(stream, ORDINARY, data);
        write(other, ORDINARY, elsewhere);
        write(other, PROGRAMMATIC, out);
        assertRace(() -> read(PROGRAMMATIC));
        write(stream, ORDINARY, elsewhere);
        write(other, ORDINARY, data);
        assertThatCode(() -> read(PROGRAMMATIC)).doesNotThrowAnyException();
    }

    @Test
    void withoutChecksNothingIsKept() {
        write(stream, ORDINARY, data);
        device.options(ExecutionOptions.standard().withChecks(false));
        read(PROGRAMMATIC);
        device.options(ExecutionOptions.standard());
        read(PROGRAMMATIC);
        assertResult();
    }

    @Test
    void replaysOfGraphsAreCheckedAlike() {
        stream.beginCapture();
        write(stream, ORDINARY, data);
        read(PROGRAMMATIC);
        try (GpuGraph graph = stream.endCapture()) {
            for (int i = 0; i < 3; i++) {
                assertRace(() -> stream.launch(graph));
                assertRace(() -> other.launch(graph));
            }
        }
        stream.beginCapture();
        write(stream, ORDINARY, data);
        try (GpuEvent event = device.createEvent(false)) {
            stream.waitFor(event);
        }
        read(PROGRAMMATIC);
        try (GpuGraph graph = stream.endCapture()) {
            assertThat(graph.nodes()).isEqualTo(2);
            assertThatCode(() -> stream.launch(graph)).doesNotThrowAnyException();
        }
    }

    @Test
    void aGraphBeginsAndEndsInOrder() {
        stream.beginCapture();
        read(PROGRAMMATIC);
        write(stream, PROGRAMMATIC, elsewhere);
        try (GpuGraph graph = stream.endCapture()) {
            for (int i = 0; i < 3; i++) {
                write(stream, ORDINARY, data);
                stream.launch(graph);
                read(PROGRAMMATIC);
            }
        }
    }

    @Test
    void aLongChainOfLaunchesStaysSmallAndSilent() {
        try (GpuModule waiting = device.loadModule(
                "chain.ptx",
                WRITER.replace("EXTRA", "")
                        .replace(
                                "st.global", "griddepcontrol.launch_dependents;\n griddepcontrol.wait;\n st.global"))) {
            for (int i = 0; i < 200; i++) {
                stream.launch(waiting.function("writer"), PROGRAMMATIC, new KernelArguments().addLong(data.address()));
            }
        }
    }

    @Test
    void devicesBeforeHopperRefuseIt() {
        try (EmulatedDevice old = new EmulatedDevice(EmulatedDevice.a100(), ExecutionOptions.standard());
                GpuStream in = old.createStream();
                GpuModule module = old.loadModule("reader.ptx", READER.replace("sm_90", "sm_80"))) {
            assertThatThrownBy(() -> in.launch(
                            module.function("reader"),
                            PROGRAMMATIC,
                            new KernelArguments().addLong(0).addLong(0)))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContaining("CUDA_ERROR_NOT_SUPPORTED")
                    .hasMessageContaining("programmatic launches need compute capability 9.0");
        }
    }
}
