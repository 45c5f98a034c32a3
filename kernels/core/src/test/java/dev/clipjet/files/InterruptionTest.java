package dev.clipjet.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that is asked to end while it writes, as by Ctrl-C. */
class InterruptionTest {
    @TempDir
    Path temp;

    /** Begins a file and a temporary folder in the folder that it is given, and waits. */
    static final class Writer {
        public static void main(String[] args) throws Exception {
            OutputFile file = OutputFile.create(Path.of(args[0]).resolve("out"));
            file.write(ByteBuffer.allocate(1000));
            OutputFile.write(
                    TemporaryFolder.create().path().resolve("x"), new byte[10], Existing.REFUSE, ProtectedFiles.none());
            System.out.println("writing");
            TimeUnit.MINUTES.sleep(10);
        }
    }

    @Test
    void whatIsUnfinishedGoesWithTheProcess() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + temp,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        temp.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var output = process.inputReader()) {
            assertThat(output.readLine()).isEqualTo("writing");
            assertThat(temp).as("a file and a folder grow").isNotEmptyDirectory();
            process.destroy();
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(temp).isEmptyDirectory();
    }
}
