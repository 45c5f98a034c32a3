package dev.clipjet.tests.gpu;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** NVIDIA's compute-sanitizer around this program: out of bounds, races, reads of nothing, barriers. */
final class Sanitizer {
    static final List<String> TOOLS = List.of("memcheck", "racecheck", "initcheck", "synccheck");

    private static final int FOUND = 88;

    private Sanitizer() {}

    /** Where it is installed, if it is. */
    static Optional<Path> find() {
        Stream<String> path =
                Stream.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(":", -1));
        return Stream.concat(path, Stream.of("/usr/local/cuda/bin", "/usr/local/cuda/compute-sanitizer"))
                .map(folder -> Path.of(folder.isEmpty() ? "." : folder, "compute-sanitizer"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Runs this program's embeddings of one model under a tool.
     *
     * @return what it printed if it found something, empty if it is content
     */
    static Optional<String> run(Path sanitizer, String tool, Path golden, String model)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                sanitizer.toString(),
                "--tool",
                tool,
                "--error-exitcode",
                Integer.toString(FOUND),
                "--target-processes",
                "all",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.clipjet.tests.gpu.Main",
                "--golden",
                golden.toString(),
                "--case",
                model,
                "--embeddings-only"));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() == 0 ? Optional.empty() : Optional.of(output);
    }
}
