package dev.clipjet.kernels.cuda;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A shared library of CUDA, looked for where the system's loader would: its cache, {@code LD_LIBRARY_PATH}, and the usual
 * places of the toolkit.
 *
 * @param name file name, for example {@code libcublas.so.12}
 * @param purpose what it is for
 * @param path where it lies, if it was found
 */
public record CudaLibrary(String name, String purpose, Optional<Path> path) {
    private static final Map<String, String> PURPOSES = purposes();

    private static Map<String, String> purposes() {
        Map<String, String> purposes = new LinkedHashMap<>();
        purposes.put("libcuda.so.1", "NVIDIA's driver");
        purposes.put("libcublas.so.12", "matrix products of CUDA 12");
        purposes.put("libcublas.so.13", "matrix products of CUDA 13");
        purposes.put("libcublasLt.so.12", "matrix products of CUDA 12 with fused operations");
        purposes.put("libcublasLt.so.13", "matrix products of CUDA 13 with fused operations");
        return purposes;
    }

    /** All libraries that are looked for, found or not. Only Linux names them so; elsewhere nothing is found. */
    public static List<CudaLibrary> all() {
        Map<String, Path> cached = parseLoaderCache(loaderCache());
        List<Path> folders = folders(Optional.ofNullable(System.getenv("LD_LIBRARY_PATH")));
        return PURPOSES.entrySet().stream()
                .map(library ->
                        new CudaLibrary(library.getKey(), library.getValue(), find(library.getKey(), folders, cached)))
                .toList();
    }

    /** Visible for tests. */
    static Optional<Path> find(String name, List<Path> folders, Map<String, Path> cached) {
        return folders.stream()
                .map(folder -> folder.resolve(name))
                .filter(Files::isRegularFile)
                .findFirst()
                .or(() -> Optional.ofNullable(cached.get(name)));
    }

    /** Visible for tests: names and paths of lines such as {@code libz.so.1 (libc6,x86-64) => /lib/libz.so.1}. */
    static Map<String, Path> parseLoaderCache(String listing) {
        Map<String, Path> paths = new LinkedHashMap<>();
        for (String line : listing.split("\n", -1)) {
            int arrow = line.indexOf(" => ");
            int end = line.indexOf(" (");
            if (arrow > 0 && end > 0 && end < arrow) {
                paths.putIfAbsent(
                        line.substring(0, end).strip(),
                        Path.of(line.substring(arrow + 4).strip()));
            }
        }
        return paths;
    }

    private static String loaderCache() {
        for (String program : List.of("/sbin/ldconfig", "/usr/sbin/ldconfig")) {
            if (Files.isExecutable(Path.of(program))) {
                return output(program, "-p");
            }
        }
        return "";
    }

    private static String output(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.getOutputStream().close();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor(5, TimeUnit.SECONDS);
            return text;
        } catch (IOException e) {
            return ""; // No cache that can be read: the folders remain.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    private static List<Path> folders(Optional<String> libraryPath) {
        List<Path> folders = new ArrayList<>();
        for (String entry : libraryPath.orElse("").split(":", -1)) {
            try {
                if (!entry.isEmpty()) {
                    folders.add(Path.of(entry));
                }
            } catch (InvalidPathException e) {
                continue; // The loader skips what is no path, too.
            }
        }
        try (DirectoryStream<Path> toolkits = Files.newDirectoryStream(Path.of("/usr/local"), "cuda*")) {
            toolkits.forEach(toolkit -> folders.add(toolkit.resolve("lib64")));
        } catch (IOException e) {
            folders.add(Path.of("/usr/local/cuda/lib64"));
        }
        for (String folder : List.of("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64")) {
            folders.add(Path.of(folder));
        }
        return folders;
    }
}
