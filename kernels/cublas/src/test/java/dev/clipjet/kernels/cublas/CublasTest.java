package dev.clipjet.kernels.cublas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.clipjet.device.MatrixProduct;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
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
    static void buildTheStandIns() throws Exception {
        boolean linux = System.getProperty("os.name").equals("Linux")
                && System.getProperty("os.arch").equals("amd64");
        boolean compiler = linux && run(List.of("cc", "--version"), Map.of()).contains("Free Software");
        if (!compiler) {
            System.err.println("SKIPPED: no C compiler, so cuBLAS is not tested against stand-ins of its libraries");
        }
        assumeTrue(compiler, "no C compiler");
        compile("driver/libcuda.so.1", "../cuda/src/test/c/driver.c");
        compile("twelve/libcublas.so.12", "src/test/c/cublas.c", "-DVERSION=120604");
        compile("thirteen/libcublas.so.13", "src/test/c/cublas.c", "-DVERSION=130100");
        Path empty = Files.createFile(folder.resolve("empty.c"));
        compile("thirteen/libcublasLt.so.13", empty.toString());
        compile("thirteen/libcudart.so.13", empty.toString());
    }

    private static void compile(String library, String source, String... options) throws Exception {
        Path target = folder.resolve(library);
        Files.createDirectories(target.getParent());
        List<String> command = new ArrayList<>(List.of(
                "cc", "-shared", "-fPIC", "-Wl,-soname," + target.getFileName(), "-o", target.toString(), source));
        command.addAll(Arrays.asList(options));
        assertThat(run(command, Map.of())).isEmpty();
    }

    private static String run(List<String> command, Map<String, String> environment) throws Exception {
        Path output = Files.createTempFile(folder, "output", ".txt");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        try {
            Process process = builder.start();
            assertThat(process.waitFor(120, TimeUnit.SECONDS))
                    .as("%s ends", command)
                    .isTrue();
        } catch (IOException absent) {
            return "";
        }
        return Files.readString(output);
    }

    private static String scenario(String libraries, Map<String, String> environment, String... options)
            throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), CublasScenario.class.getName()));
        Map<String, String> all = new java.util.HashMap<>(environment);
        StringBuilder path = new StringBuilder(folder.resolve("driver").toString());
        for (String library : libraries.split(" ", -1)) {
            path.append(':').append(folder.resolve(library));
        }
        all.put("LD_LIBRARY_PATH", path.toString());
        return run(command, all)
                .lines()
                .filter(line -> !line.startsWith("WARNING:"))
                .reduce("", (a, b) -> a + b + "\n");
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
    void cuda12MultipliesThroughJCublas() throws Exception {
        assertThat(scenario("twelve", Map.of()))
                .contains("cuBLAS of CUDA 13 is not there: ")
                .contains("libcudart.so.13")
                .contains("cuBLAS 12.6.4 through JCublas is used\n" + PRODUCTS)
                .contains("live handles: 0")
                .contains("live objects: 0");
    }

    @Test
    void cuda13MultipliesThroughJavaCpp() throws Exception {
        assertThat(scenario("twelve thirteen", Map.of()))
                .contains("cuBLAS 13.1.0 through JavaCPP is used\n" + PRODUCTS)
                .doesNotContain("JCublas")
                .contains("live handles: 0")
                .contains("live objects: 0");
    }

    @Test
    void aVersionCanBeChosen() throws Exception {
        assertThat(scenario("twelve thirteen", Map.of(), "-Dclipjet.cublas=12"))
                .contains("cuBLAS 12.6.4 through JCublas is used");
        assertThat(scenario("twelve thirteen", Map.of(), "-Dclipjet.cublas=off"))
                .isEqualTo("cuBLAS is switched off by -Dclipjet.cublas=off\nlive objects: 0\n");
        assertThat(scenario("twelve", Map.of(), "-Dclipjet.cublas=11")).contains("possible are auto, 12, 13 and off");
    }

    @Test
    void noneIsReportedAndNotFatal() throws Exception {
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
        assertThatThrownBy(() -> new MatrixProduct(MatrixProduct.Element.F16, 1, 4, 8, 0, 7, 0, 8, 0, 4, false))
                .hasMessageContaining("stride 7");
    }
}
