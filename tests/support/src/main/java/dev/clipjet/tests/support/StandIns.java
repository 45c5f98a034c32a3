package dev.clipjet.tests.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Stand-ins for native libraries, compiled from C, and programs that run in a process of their own with these in their path. */
public final class StandIns {
    private static final int MAX_SECONDS = 300;

    private final Path folder;

    /**
     * A set of libraries.
     *
     * @param folder where they are built
     */
    public StandIns(Path folder) {
        this.folder = folder;
    }

    /** Whether this is a machine that can build and load them: Linux on x86-64 with a C compiler. */
    public static boolean arePossible() {
        return System.getProperty("os.name").equals("Linux")
                && System.getProperty("os.arch").equals("amd64")
                && Files.isExecutable(Path.of("/usr/bin/cc"));
    }

    /**
     * Compiles a library.
     *
     * @param library its path in the folder, such as {@code driver/libcuda.so.1}
     * @param source a C file
     * @param options more options of the compiler
     * @throws IllegalStateException if it does not compile, with what the compiler says
     */
    public void compile(String library, Path source, String... options) {
        Path target = folder.resolve(library);
        try {
            Files.createDirectories(target.getParent());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> command = new ArrayList<>(List.of(
                "/usr/bin/cc",
                "-shared",
                "-fPIC",
                "-Wl,-soname," + target.getFileName(),
                "-o",
                target.toString(),
                source.toString()));
        command.addAll(List.of(options));
        String complaints = run(command, Map.of());
        if (!complaints.isEmpty()) {
            throw new IllegalStateException(source + " does not compile: " + complaints);
        }
    }

    /**
     * Runs a class with the class path of this JVM.
     *
     * @param libraries folders of libraries that the loader looks in
     * @param environment more of the environment
     * @param options of the JVM
     * @param program main class
     * @param arguments of the program
     * @return what it prints to both streams, without empty lines and the JVM's warnings; each line ends with a line feed
     */
    public String java(
            List<String> libraries,
            Map<String, String> environment,
            List<String> options,
            Class<?> program,
            String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        command.addAll(List.of(arguments));
        Map<String, String> all = new HashMap<>(environment);
        all.put(
                "LD_LIBRARY_PATH",
                libraries.stream().map(name -> folder.resolve(name).toString()).collect(Collectors.joining(":")));
        return run(command, all)
                .lines()
                .filter(line -> !line.isEmpty() && !line.startsWith("WARNING:"))
                .map(line -> line + "\n")
                .collect(Collectors.joining());
    }

    private String run(List<String> command, Map<String, String> environment) {
        try {
            Path output = Files.createTempFile(folder, "output", ".txt");
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            if (!process.waitFor(MAX_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException(command + " does not end");
            }
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
