package dev.clipjet.kernels.cublas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.clipjet.device.Gemm;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.tests.support.StandIns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Both bindings against stand-ins for NVIDIA's libraries, written in C; no GPU. Skipped where there is no C compiler to build the
 * stand-ins.
 */
class CublasTest {
    @TempDir
    private static Path folder;

    @BeforeAll
    static void buildTheStandIns() throws IOException {
        if (!StandIns.arePossible()) {
            System.err.println("SKIPPED: no C compiler, so cuBLAS is not tested against stand-ins of its libraries");
        }
        assumeTrue(StandIns.arePossible(), "no C compiler");
        StandIns libraries = new StandIns(folder);
        libraries.compile("driver/libcuda.so.1", Path.of("../cuda/src/test/c/driver.c"));
        libraries.compile("twelve/libcublas.so.12", Path.of("src/test/c/cublas.c"), "-DVERSION=120604");
        libraries.compile("thirteen/libcublas.so.13", Path.of("src/test/c/cublas.c"), "-DVERSION=130100");
        Path empty = Files.createFile(folder.resolve("empty.c"));
        libraries.compile("thirteen/libcublasLt.so.13", empty);
        libraries.compile("thirteen/libcudart.so.13", empty);
    }

    private static String scenario(String libraries, Map<String, String> environment, String... options) {
        List<String> folders = new ArrayList<>(List.of("driver"));
        folders.addAll(List.of(libraries.split(" ", -1)));
        return new StandIns(folder).java(folders, environment, List.of(options), CublasScenario.class);
    }

    private static final String PRODUCTS = """
            type 0, 2 x 2 x 3
            29.0 41.0 137.0 197.0\s
            type 0, 2 x 2 x 3
            58.0 82.0 274.0 394.0\s
            type 2, 2 x 2 x 3
            type 14, 2 x 2 x 3
            """;

    @Test
    void cuda12MultipliesThroughJCublas() {
        assertThat(scenario("twelve", Map.of()))
                .contains("cuBLAS of CUDA 13 is not there: ")
                .contains("libcudart.so.13")
                .contains("cuBLAS 12.6.4 through JCublas is used\n" + PRODUCTS)
                .contains("live handles: 0")
                .contains("live objects: 0");
    }

    @Test
    void cuda13MultipliesThroughJavaCpp() {
        assertThat(scenario("twelve thirteen", Map.of()))
                .contains("cuBLAS 13.1.0 through JavaCPP is used\n" + PRODUCTS)
                .doesNotContain("JCublas")
                .contains("live handles: 0")
                .contains("live objects: 0");
    }

    @Test
    void aVersionCanBeChosen() {
        assertThat(scenario("twelve thirteen", Map.of(), "-Dclipjet.cublas=12"))
                .contains("cuBLAS 12.6.4 through JCublas is used");
        assertThat(scenario("twelve thirteen", Map.of(), "-Dclipjet.cublas=off"))
                .isEqualTo("cuBLAS is switched off by -Dclipjet.cublas=off\nlive objects: 0\n");
        assertThat(scenario("twelve", Map.of(), "-Dclipjet.cublas=11")).contains("possible are auto, 12, 13 and off");
    }

    @Test
    void noneIsReportedAndNotFatal() {
        assertThat(scenario("none", Map.of()))
                .contains("cuBLAS of CUDA 13 is not there: ")
                .contains("cuBLAS of CUDA 12 is not there: ")
                .contains("libcublas.so.12")
                .contains("live objects: 0");
        assertThat(scenario("twelve", Map.of("FAKE_CUBLAS_FAIL", "1")))
                .contains("cuBLAS of CUDA 12 does not start: cublasCreate: CUBLAS_STATUS_NOT_INITIALIZED (1)");
    }

    @Test
    void productsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> new Gemm(ElementType.F16, 1, 4, 8, 0, 7, 0, 8, 0, 4, false))
                .hasMessageContaining("stride 7");
    }
}
