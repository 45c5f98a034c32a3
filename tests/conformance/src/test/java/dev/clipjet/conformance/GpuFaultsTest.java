package dev.clipjet.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.clipjet.device.DeviceException;
import dev.clipjet.device.GpuDevice;
import dev.clipjet.device.faults.FaultPlan;
import dev.clipjet.device.faults.FaultyDevice;
import dev.clipjet.engine.Engine;
import dev.clipjet.error.ClosedException;
import dev.clipjet.gpu.GpuEngine;
import dev.clipjet.graph.PooledToken;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.ptx.emulator.EmulatedDevice;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.tests.support.Golden;
import dev.clipjet.weights.Checkpoint;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every call to the device that loading, embedding and closing make is made to fail: alone, or with all that follow as after an error
 * that ends a context. The caller gets that error, nothing leaks, and what can go on goes on.
 */
class GpuFaultsTest {
    private static Checkpoint checkpoint;
    private static byte[] image;
    private static int[] ids;

    /** What a run of both towers gives. */
    @SuppressWarnings("ArrayRecordComponent") // compared row by row
    private record Answers(float[][] images, float[][] texts) {
        void assertEqual(Answers other) {
            assertThat(images).isDeepEqualTo(other.images);
            assertThat(texts).isDeepEqualTo(other.texts);
        }
    }

    @BeforeAll
    static void open() {
        checkpoint = Checkpoint.open(Golden.folder("hf-vit-quickgelu"));
        int side = checkpoint.spec().vision().orElseThrow().imageSize();
        TextTransformer text =
                checkpoint.spec().text().map(TextTransformer.class::cast).orElseThrow();
        image = new byte[3 * side * side];
        new Random(1).nextBytes(image);
        ids = PooledToken.cut(text, new int[] {1, 2, 3, text.endTokenId()});
    }

    @AfterAll
    static void close() {
        if (checkpoint != null) {
            checkpoint.close();
        }
    }

    private static GpuDevice emulator() {
        return new EmulatedDevice(
                EmulatedDevice.h200(), ExecutionOptions.standard().withCounters(false));
    }

    private static Engine load(Supplier<GpuDevice> device, FaultPlan plan) {
        return GpuEngine.open("faulty", checkpoint, new FaultyDevice(device.get(), plan), ElementType.F16);
    }

    /** Two images and three texts: larger than what loading prepares, so that memory has to grow. */
    private static Answers embed(Engine engine) {
        float[][] images = engine.embedBytes(List.of(image, image));
        return new Answers(images, engine.embedTexts(List.of(ids, ids, ids)));
    }

    private static List<String> calls(Supplier<GpuDevice> device) {
        FaultPlan plan = FaultPlan.none();
        try (Engine engine = load(device, plan)) {
            embed(engine);
        }
        assertThat(plan.live()).isEmpty();
        return plan.calls();
    }

    @Test
    void every_call_may_fail_once() {
        int count = calls(SilentDevice::new).size();
        assertThat(count).isGreaterThan(150);
        for (int k = 1; k <= count; k++) {
            failsAndGoesOn(SilentDevice::new, k);
        }
    }

    @Test
    void every_call_may_be_the_last_that_works() {
        int count = calls(SilentDevice::new).size();
        for (int k = 1; k <= count; k++) {
            failsForGood(SilentDevice::new, k);
        }
    }

    /** On the emulator, which keeps books of its own and computes: the last call of every kind. */
    @Test
    void on_the_emulator_the_answers_are_right_afterwards() {
        Answers expected;
        try (Engine engine = load(GpuFaultsTest::emulator, FaultPlan.none())) {
            expected = embed(engine);
        }
        List<String> calls = calls(GpuFaultsTest::emulator);
        List<Integer> chosen = new ArrayList<>();
        Set<String> last = new HashSet<>();
        for (int k = calls.size(); k >= 1; k--) {
            if (last.add(calls.get(k - 1))) {
                chosen.add(k);
            }
        }
        assertThat(chosen).hasSizeGreaterThan(10);
        for (int k : chosen) {
            Answers after = failsAndGoesOn(GpuFaultsTest::emulator, k);
            if (after != null) {
                after.assertEqual(expected);
            }
        }
    }

    /** What the engine answers after a call has failed; null if that ended the load. */
    private static Answers failsAndGoesOn(Supplier<GpuDevice> device, int k) {
        FaultPlan plan = FaultPlan.once(k);
        Answers answers = null;
        Engine engine = loaded(device, plan, k);
        if (engine != null) {
            try (engine) {
                DeviceException failure = catchThrowableOfType(DeviceException.class, () -> embed(engine));
                assertThat(failure).as("call %d", k).hasMessageContaining("call " + k + " fails");
                answers = embed(engine);
            }
        }
        assertThat(plan.hasFailed()).as("call %d", k).isTrue();
        assertThat(plan.live()).as("after call %d", k).isEmpty();
        return answers;
    }

    private static void failsForGood(Supplier<GpuDevice> device, int k) {
        FaultPlan plan = FaultPlan.from(k);
        Engine engine = loaded(device, plan, k);
        if (engine != null) {
            DeviceException first = catchThrowableOfType(DeviceException.class, () -> embed(engine));
            assertThat(first)
                    .as("call %d", k)
                    .hasMessageContaining("call " + k + " fails")
                    .hasMessageContaining("close it and load it again");
            int calls = plan.calls().size();
            assertThatThrownBy(() -> embed(engine))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContaining("an earlier call failed")
                    .hasMessageContaining("call " + k + " fails");
            assertThat(plan.calls()).as("nothing is asked of a broken device").hasSize(calls);
            engine.close();
            assertThatThrownBy(() -> embed(engine)).isInstanceOf(ClosedException.class);
        }
        assertThat(plan.live()).as("after call %d", k).isEmpty();
    }

    /** The engine, or null if loading failed as it had to. */
    private static Engine loaded(Supplier<GpuDevice> device, FaultPlan plan, long k) {
        try {
            return load(device, plan);
        } catch (DeviceException e) {
            assertThat(e).hasMessageContaining("call " + k + " fails");
            assertThat(e.call()).isEqualTo(plan.calls().get((int) k - 1));
            return null;
        }
    }
}
