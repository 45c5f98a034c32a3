package dev.clipjet.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeCacheTest {
    @TempDir
    Path temp;

    /** Prints where native libraries are unpacked to. */
    static final class Program {
        public static void main(String[] args) {
            NativeCache.secure();
            System.out.println(System.getProperty("org.bytedeco.javacpp.cachedir", "the usual"));
        }
    }

    private String folder(Path home) throws IOException, InterruptedException {
        Path temporary = Files.createDirectories(temp.resolve("temporary"));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + temporary,
                        "-Duser.home=" + home,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Program.class.getName())
                .redirectErrorStream(true)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(temporary).as("the end of the process removes it").isEmptyDirectory();
        return printed;
    }

    @Test
    void withAHomeDirectoryItIsTheUsualOne() throws Exception {
        assertThat(folder(Files.createDirectory(temp.resolve("home")))).isEqualTo("the usual");
    }

    /** As of a service; a folder in the shared one for temporary files whose name is known could be another's. */
    @Test
    void withoutOneItIsNewAndUnpredictable() throws Exception {
        Path home = Files.writeString(temp.resolve("no-home"), "");
        String first = folder(home);
        assertThat(first).startsWith(temp.resolve("temporary/clipjet-").toString());
        assertThat(folder(home)).isNotEqualTo(first);
    }
}
