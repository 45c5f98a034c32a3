package dev.clipjet.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.kernels.cuda.CudaStatus.Cause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CudaProbeTest {

    @Test
    void alwaysAnswersAndLeavesTheTemporaryDirectoryAlone() {
        String before = System.getProperty("java.io.tmpdir");
        CudaStatus status = CudaProbe.status();
        assertThat(System.getProperty("java.io.tmpdir")).isEqualTo(before);
        if (status instanceof CudaStatus.Available available) {
            assertThat(available.devices()).isNotEmpty();
            assertThat(available.cudaVersion()).matches("\\d+\\.\\d+");
        } else {
            assertThat(((CudaStatus.Unavailable) status).detail()).isNotBlank();
        }
        assertThat(CudaProbe.status()).isSameAs(status);
    }

    @Test
    void errorsOfTheLoaderBecomeCauses() {
        assertThat(CudaProbe.unavailable(new UnsatisfiedLinkError(
                                "Error\nlibcuda.so.1: cannot open shared object file: No such file or directory"))
                        .cause())
                .isEqualTo(Cause.NO_DRIVER);
        assertThat(CudaProbe.unavailable(new UnsatisfiedLinkError("GLIBC_2.99 not found"))
                        .cause())
                .isEqualTo(Cause.BINDING_FAILED);
    }

    @Test
    void platformsAreNamedAsTheNativesAre() {
        assertThat(CudaProbe.platform("Linux", "amd64")).isEqualTo("linux-x86_64");
        assertThat(CudaProbe.platform("Windows 11", "amd64")).isEqualTo("windows-x86_64");
        assertThat(CudaProbe.platform("Mac OS X", "aarch64")).isEqualTo("macosx-aarch64");
    }

    @Test
    void readsTheLoadersCache() {
        Map<String, Path> cache = CudaLibrary.parseLoaderCache("2 libs found\n\tlibcublas.so.12 (libc6,x86-64) =>"
                + " /opt/libcublas.so.12\n\tlibz.so (libc6) => /lib/libz.so\n");
        assertThat(cache)
                .containsEntry("libcublas.so.12", Path.of("/opt/libcublas.so.12"))
                .hasSize(2);
    }

    @Test
    void foldersComeBeforeTheCache(@TempDir Path folder) throws IOException {
        Path library = Files.createFile(folder.resolve("libx.so"));
        Map<String, Path> cache = Map.of("libx.so", Path.of("/cached"), "liby.so", Path.of("/y"));
        assertThat(CudaLibrary.find("libx.so", List.of(folder), cache)).contains(library);
        assertThat(CudaLibrary.find("liby.so", List.of(folder), cache)).contains(Path.of("/y"));
        assertThat(CudaLibrary.find("libz.so", List.of(folder), cache)).isEmpty();
    }
}
