package dev.clipjet.weights.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.device.DeviceException;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.faults.FaultPlan;
import dev.clipjet.device.faults.FaultyDevice;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.ptx.emulator.EmulatedDevice;
import dev.clipjet.ptx.exec.ExecutionOptions;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every call to the device fails once; nothing stays allocated, and the error is the device's. */
class UploadFaultsTest {
    private static final List<UploadRequest> REQUESTS = List.of(
            new UploadRequest("a", RowSource.of(Matrices.random("a", ElementType.F32, 40, 30, 1)), ElementType.F16),
            new UploadRequest(
                    "b",
                    RowSource.of(Matrices.random("b", ElementType.F16, 40, 30, 1)),
                    ElementType.F16,
                    new TiledLayout(16, 8, TileOrder.ROW_MAJOR)));

    private static void upload(FaultyDevice device) {
        try (GpuStream stream = device.createStream();
                WeightUploader uploader = new WeightUploader(device, stream, UploadListener.NONE, 1000);
                UploadedWeights weights = uploader.upload(REQUESTS)) {
            assertThat(weights.get("b").bytes()).isEqualTo(48 * 32 * 2);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void no_failure_leaves_anything_behind(boolean sticky) {
        FaultPlan calls = FaultPlan.none();
        try (FaultyDevice device = device(calls)) {
            upload(device);
        }
        assertThat(calls.live()).isEmpty();
        assertThat(calls.calls()).contains("allocatePinned", "allocate", "copyToDevice", "record", "synchronizeEvent");
        int count = calls.calls().size();
        assertThat(count).isGreaterThan(15);
        for (int call = 1; call <= count; call++) {
            FaultPlan plan = sticky ? FaultPlan.from(call) : FaultPlan.once(call);
            try (FaultyDevice device = device(plan)) {
                assertThatThrownBy(() -> upload(device))
                        .isInstanceOf(DeviceException.class)
                        .hasMessageContaining("call " + call + " fails");
                assertThat(plan.live()).as("%s", plan.calls()).isEmpty();
            }
        }
    }

    private static FaultyDevice device(FaultPlan plan) {
        return new FaultyDevice(new EmulatedDevice(EmulatedDevice.h200(), ExecutionOptions.standard()), plan);
    }
}
