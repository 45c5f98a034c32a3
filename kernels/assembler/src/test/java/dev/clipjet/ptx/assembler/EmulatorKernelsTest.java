package dev.clipjet.ptx.assembler;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The kernels that the emulator's tests run are ones that the assembler takes too, for every target that they name or run on. */
class EmulatorKernelsTest {
    private static final Path DIRECTORY = Path.of("..", "emulator", "src", "test", "resources", "ptx");

    /** A file and a target. */
    record Case(String file, String target) {}

    static List<Case> cases() throws IOException {
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            return files.map(path -> path.getFileName().toString())
                    .filter(name -> name.endsWith(".ptx"))
                    .sorted()
                    .flatMap(EmulatorKernelsTest::targets)
                    .toList();
        }
    }

    private static Stream<Case> targets(String file) {
        boolean hopperOnly = text(file).contains(".target sm_90a");
        return Stream.of("sm_80", "sm_89", "sm_90a")
                .filter(target -> !hopperOnly || target.equals("sm_90a"))
                .map(target -> new Case(file, target));
    }

    private static String text(String file) {
        try {
            return Files.readString(DIRECTORY.resolve(file));
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    @Test
    void allFilesAreThere() throws IOException {
        assertThat(cases()).extracting(Case::file).contains("gemm.ptx", "wgmma.ptx", "basics.ptx");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void assembles(Case each) {
        Assembly assembly = PtxAssembler.assemble(each.file, text(each.file), AssemblerOptions.of(each.target));
        assertThat(assembly.kernels()).isNotEmpty();
        for (KernelResources kernel : assembly.kernels()) {
            assertThat(kernel.spillStoreBytes())
                    .as("%s of %s", kernel.entry(), each)
                    .isZero();
        }
    }
}
