package dev.clipjet.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.clipjet.tests.support.StandIns;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The device against a stand-in for the driver's library, written in C: the real binding, no GPU. Skipped where there is no C
 * compiler to build the stand-in, or no native part of the binding.
 */
class CudaDriverDeviceTest {
    @TempDir
    private static Path folder;

    @BeforeAll
    static void buildTheStandIn() {
        if (!StandIns.arePossible()) {
            System.err.println(
                    "SKIPPED: no C compiler, so the CUDA device is not tested against a stand-in of the driver");
        }
        assumeTrue(StandIns.arePossible(), "no C compiler");
        new StandIns(folder).compile("libcuda.so.1", Path.of("src/test/c/driver.c"));
    }

    private static String scenario(String variant, Map<String, String> environment, String... options) {
        return new StandIns(folder).java(List.of("."), environment, List.of(options), StandInScenario.class, variant);
    }

    @Test
    void everyCallReachesTheDriverAsMeant() {
        assertThat(scenario("all", Map.of())).isEqualTo("""
                        Stand-in 90
                        store 14 11 13 16 7000000000
                        position 4
                        22 16843009 33 22\s
                        nodes 3, before the replay 0
                        done false then true, result 11 44
                        bytes allocated by 1000 replays: 0
                        live objects: 0
                        """);
    }

    @ParameterizedTest
    @CsvSource({
        "cuDeviceGetAttribute, 12, 1, CUDA_ERROR_INVALID_VALUE",
        "cuDevicePrimaryCtxRetain, 1, 2, CUDA_ERROR_OUT_OF_MEMORY",
        "cuMemAlloc, 1, 2, CUDA_ERROR_OUT_OF_MEMORY",
        "cuMemHostAlloc, 1, 2, CUDA_ERROR_OUT_OF_MEMORY",
        "cuModuleLoadDataEx, 1, 218, CUDA_ERROR_INVALID_PTX",
        "cuModuleGetFunction, 1, 500, CUDA_ERROR_NOT_FOUND",
        "cuFuncGetAttribute, 1, 1, CUDA_ERROR_INVALID_VALUE",
        "cuFuncSetAttribute, 1, 1, CUDA_ERROR_INVALID_VALUE",
        "cuStreamCreate, 1, 2, CUDA_ERROR_OUT_OF_MEMORY",
        "cuEventCreate, 1, 2, CUDA_ERROR_OUT_OF_MEMORY",
        "cuMemcpyHtoDAsync, 1, 1, CUDA_ERROR_INVALID_VALUE",
        "cuMemcpyDtoHAsync, 1, 1, CUDA_ERROR_INVALID_VALUE",
        "cuMemcpyDtoDAsync, 1, 1, CUDA_ERROR_INVALID_VALUE",
        "cuMemsetD8Async, 1, 1, CUDA_ERROR_INVALID_VALUE",
        "cuLaunchKernel, 1, 1, CUDA_ERROR_INVALID_VALUE",
        "cuLaunchCooperativeKernel, 1, 1, CUDA_ERROR_INVALID_VALUE",
        "cuStreamEndCapture, 1, 901, CUDA_ERROR_STREAM_CAPTURE_INVALIDATED",
        "cuGraphInstantiate, 1, 2, CUDA_ERROR_OUT_OF_MEMORY",
        "cuGraphLaunch, 3, 1, CUDA_ERROR_INVALID_VALUE",
        "cuEventRecord, 1, 1, CUDA_ERROR_INVALID_VALUE",
        "cuEventQuery, 2, 1, CUDA_ERROR_INVALID_VALUE",
        "cuStreamSynchronize, 1, 1, CUDA_ERROR_INVALID_VALUE",
        "cuCtxSynchronize, 1, 1, CUDA_ERROR_INVALID_VALUE"
    })
    void aFailingCallIsNamedAndNothingLeaks(String call, int number, int code, String name) {
        String output = scenario("all", Map.of("FAKE_CUDA_FAIL", call + ":" + number + ":" + code));
        assertThat(output)
                .contains("DeviceException: " + call + ": " + name + " (" + code + ")")
                .contains("live objects: 0")
                .doesNotContain("suppressed");
    }

    @Test
    void afterAStickyErrorEveryCallIsRefusedAndClosingStaysQuiet() {
        assertThat(scenario("all", Map.of("FAKE_CUDA_FAIL", "cuStreamSynchronize:1:700")))
                .contains("DeviceException: cuStreamSynchronize: CUDA_ERROR_ILLEGAL_ADDRESS (700)")
                .doesNotContain("suppressed")
                .doesNotContain("cuMemFree");
    }

    @Test
    void whatIsNotClosedIsReportedWithThePlaceOfItsCreation() {
        assertThat(scenario("leak", Map.of()))
                .contains("IllegalStateException: Stand-in is closed, but 1 resources were not closed:")
                .contains("4096 bytes of device memory")
                .contains("-Dclipjet.trackResources=true tells where")
                .contains("live objects: 0");
        assertThat(scenario("leak", Map.of(), "-Dclipjet.trackResources=true"))
                .contains("created here")
                .contains("at dev.clipjet.kernels.cuda.StandInScenario.main");
    }

    @Test
    void badPtxShowsTheLogOfTheCompiler() {
        assertThat(scenario("ptx", Map.of()))
                .contains("cuModuleLoadDataEx: CUDA_ERROR_INVALID_PTX (218): bad.ptx: line 1; fatal: no version");
    }

    @Test
    void anotherDeviceOrClusterThanThereIsIsRefused() {
        assertThat(scenario("second", Map.of())).contains("open device 1: CUDA_ERROR_INVALID_DEVICE");
        assertThat(scenario("cluster", Map.of()))
                .contains("CUDA_ERROR_NOT_SUPPORTED")
                .contains("clusters of 4x1x1: clusters are as compiled into the kernel, here 2x2x2");
    }

    @Test
    void aProgrammaticLaunchIsRefused() {
        assertThat(scenario("programmatic", Map.of()))
                .contains("CUDA_ERROR_NOT_SUPPORTED")
                .contains("store as a programmatic launch: that takes cuLaunchKernelEx")
                .contains("live objects: 0");
    }

    @Test
    void aDriverThatFailsToStartIsReported() {
        assertThat(scenario("all", Map.of("FAKE_CUDA_FAIL", "cuInit:1:999"))).contains("DRIVER_ERROR");
    }
}
