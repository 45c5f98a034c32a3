package dev.clipjet.ptx.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.device.DeviceMemory;
import dev.clipjet.device.Dim3;
import dev.clipjet.device.GpuModule;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.KernelArguments;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.exec.LaunchResult;
import dev.clipjet.ptx.profile.GpuModel;
import dev.clipjet.ptx.profile.LaunchProfile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The Java code of the README is the code of {@link #saxpy} here, and works. */
class ReadmeExampleTest {
    private static final Pattern CODE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    static float[] saxpy(String ptx, List<LaunchResult> launches) {
        ByteBuffer host = ByteBuffer.allocate(4 * 1000).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 1000; i++) {
            host.putFloat(4 * i, i);
        }
        try (EmulatedDevice gpu =
                        new EmulatedDevice(EmulatedDevice.h200(), ExecutionOptions.standard(), launches::add);
                GpuModule module = gpu.loadModule("saxpy.ptx", ptx);
                GpuStream stream = gpu.createStream();
                DeviceMemory x = gpu.allocate(4 * 1000, "x");
                DeviceMemory y = gpu.allocate(4 * 1000, "y")) {
            stream.copyToDevice(x.address(), host);
            stream.fill(y.address(), (byte) 0, y.bytes());
            KernelArguments arguments = new KernelArguments();
            arguments.addInt(1000).addFloat(2).addLong(x.address()).addLong(y.address());
            stream.launch(module.function("saxpy"), new LaunchShape(Dim3.of(4), Dim3.of(256), 0), arguments);
            stream.copyToHost(host, y.address());
        }
        System.out.println(LaunchProfile.of(launches.get(0).counts(), GpuModel.H200, 16));
        float[] result = new float[1000];
        host.asFloatBuffer().get(result);
        return result;
    }

    @Test
    void theExampleWorks() {
        List<LaunchResult> launches = new ArrayList<>();
        float[] result = saxpy(Rig.text("basics.ptx"), launches);
        for (int i = 0; i < result.length; i++) {
            assertThat(result[i]).isEqualTo(2f * i);
        }
        assertThat(launches).hasSize(1);
    }

    @Test
    void theReadmeShowsThisCode() throws Exception {
        Matcher code = CODE.matcher(Files.readString(Path.of("README.md")));
        assertThat(code.find()).isTrue();
        String here = Files.readString(Path.of("src/test/java/dev/clipjet/ptx/emulator/ReadmeExampleTest.java"));
        assertThat(words(here)).contains(words(code.group(1)));
        assertThat(words(code.group(1))).contains("stream.launch(");
    }

    private static String words(String code) {
        return code.replaceAll("\\s+", " ").strip();
    }
}
