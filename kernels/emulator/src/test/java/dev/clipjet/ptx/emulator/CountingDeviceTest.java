package dev.clipjet.ptx.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.device.DeviceMemory;
import dev.clipjet.device.Dim3;
import dev.clipjet.device.GpuModule;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.KernelArguments;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.ptx.profile.GpuModel;
import dev.clipjet.ptx.profile.LaunchCounts;
import org.junit.jupiter.api.Test;

/** What a sample says of a launch is what the whole launch says. */
class CountingDeviceTest {
    private static final String HEAD = ".version 8.0\n.target sm_80\n.address_size 64\n";

    /** Every block writes a line of its own. */
    private static final String LINES = HEAD + """
            .visible .entry lines(.param .u64 out) {
              .reg .b32 %r<8>; .reg .b64 %rd<4>;
              mov.u32 %r1, %ctaid.x; mov.u32 %r2, %ctaid.y; mov.u32 %r3, %ctaid.z;
              mov.u32 %r4, %nctaid.x; mov.u32 %r5, %nctaid.y;
              mad.lo.s32 %r6, %r3, %r5, %r2; mad.lo.s32 %r6, %r6, %r4, %r1;
              shl.b32 %r6, %r6, 5; mov.u32 %r7, %tid.x; add.s32 %r6, %r6, %r7;
              ld.param.u64 %rd1, [out]; mul.wide.s32 %rd2, %r6, 4; add.s64 %rd3, %rd1, %rd2;
              st.global.u32 [%rd3], %r6;
              ret;
            }
            """;

    /** Blocks count each other along z; the last of a line writes it and leaves its counter zero. */
    private static final String LAST = HEAD + """
            .visible .entry last(.param .u64 out, .param .u64 counters) {
              .reg .pred %p; .reg .b32 %r<8>; .reg .b64 %rd<6>;
              mov.u32 %r1, %ctaid.x; mov.u32 %r3, %nctaid.z; mov.u32 %r7, %tid.x;
              ld.param.u64 %rd4, [counters]; mul.wide.s32 %rd5, %r1, 4; add.s64 %rd4, %rd4, %rd5;
              setp.eq.s32 %p, %r7, 0;
              mov.u32 %r4, 0;
              @%p atom.add.acq_rel.gpu.global.u32 %r4, [%rd4], 1;
              shfl.sync.idx.b32 %r4, %r4, 0, 31, 0xffffffff;
              sub.s32 %r5, %r3, 1;
              setp.ne.s32 %p, %r4, %r5;
              @%p ret;
              mov.u32 %r5, 0; setp.eq.s32 %p, %r7, 0;
              @%p st.global.u32 [%rd4], %r5;
              shl.b32 %r6, %r1, 5; add.s32 %r6, %r6, %r7;
              ld.param.u64 %rd1, [out]; mul.wide.s32 %rd2, %r6, 4; add.s64 %rd3, %rd1, %rd2;
              st.global.u32 [%rd3], %r6;
              ret;
            }
            """;

    private static LaunchCounts count(String ptx, String entry, Dim3 grid, int sampleBlocks) {
        try (CountingDevice device = new CountingDevice(EmulatedDevice.of(GpuModel.A100), sampleBlocks);
                DeviceMemory out = device.allocate(grid.count() * 128);
                DeviceMemory counters = device.allocate(4L * grid.x());
                GpuModule module = device.loadModule(entry, ptx);
                GpuStream stream = device.createStream()) {
            stream.fill(counters.address(), (byte) 0, 4L * grid.x());
            KernelArguments arguments = new KernelArguments().addLong(out.address());
            if (entry.equals("last")) {
                arguments.addLong(counters.address());
            }
            stream.launch(module.function(entry), new LaunchShape(grid, Dim3.of(32), 0), arguments);
            return device.counts();
        }
    }

    @Test
    void everyDimensionMayBeCut() {
        for (Dim3 grid : new Dim3[] {new Dim3(100, 2, 1), new Dim3(2, 100, 2), new Dim3(2, 3, 100)}) {
            assertThat(count(LINES, "lines", grid, 4)).isEqualTo(count(LINES, "lines", grid, 0));
        }
    }

    @Test
    void blocksThatCountEachOtherAreAllThere() {
        // The counters lie in one sector. Cut along z, no block would be the last of its line.
        Dim3 grid = new Dim3(8, 1, 40);
        LaunchCounts whole = count(LAST, "last", grid, 0);
        assertThat(whole.counts().sectors()).isEqualTo(8 * 40 + 8 * (1 + 4));
        assertThat(count(LAST, "last", grid, 4)).isEqualTo(whole);
    }

    @Test
    void propertiesAreThoseOfTheModel() {
        for (GpuModel model : new GpuModel[] {GpuModel.H200, GpuModel.A100, GpuModel.L4}) {
            assertThat(EmulatedDevice.of(model).multiprocessors()).isEqualTo(model.multiprocessors());
            assertThat(EmulatedDevice.of(model).computeCapability()).isEqualTo(model.capability());
        }
        assertThat(EmulatedDevice.of(GpuModel.L4).sharedBytesPerBlock()).isEqualTo(99 << 10);
    }
}
