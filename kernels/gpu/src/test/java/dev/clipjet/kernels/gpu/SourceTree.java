package dev.clipjet.kernels.gpu;

import dev.clipjet.ptx.assembler.AssemblerOptions;
import dev.clipjet.ptx.assembler.PtxAssembler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The CUDA sources and the PTX of this module, and the manifest that they give. */
record SourceTree(Path module) {
    private static final List<String> BASE_TARGETS = List.of("sm_80", "sm_86", "sm_89", "sm_90");

    Path manifest() {
        return ptx().resolve("manifest.tsv");
    }

    /** The PTX files. */
    List<Path> files() throws IOException {
        return list(ptx(), ".ptx");
    }

    private Path ptx() {
        return module.resolve("src/main/resources/dev/clipjet/kernels/gpu/ptx");
    }

    private Path cuda() {
        return module.resolve("src/main/cuda");
    }

    /** SHA-256 of the source of each PTX file, with all headers, since any may be included. */
    Map<String, String> hashes() throws IOException {
        Map<String, String> hashes = new TreeMap<>();
        for (Path file : files()) {
            String name = file.getFileName().toString();
            MessageDigest digest = sha256();
            digest.update(Files.readAllBytes(cuda().resolve(name.substring(0, name.indexOf('.')) + ".cu")));
            for (Path header : list(cuda().resolve("include"), ".cuh")) {
                digest.update(Files.readAllBytes(header));
            }
            hashes.put(name, HexFormat.of().formatHex(digest.digest()));
        }
        return hashes;
    }

    /** PTX files that the sources ask for in their first lines. */
    List<String> expectedFiles() throws IOException {
        List<String> files = new ArrayList<>();
        for (Path source : list(cuda(), ".cu")) {
            String first = Files.readAllLines(source).get(0);
            String name = source.getFileName().toString().replace(".cu", "");
            for (String target : first.substring(first.indexOf(':') + 1).strip().split(" ", -1)) {
                files.add(name + "." + target + ".ptx");
            }
        }
        return files;
    }

    /** Assembles every file for every architecture that it is for. */
    KernelManifest assemble() throws IOException {
        List<KernelManifest.Entry> entries = new ArrayList<>();
        for (Path file : files()) {
            String name = file.getFileName().toString();
            String text = Files.readString(file);
            for (String target : name.contains(".sm_80.") ? BASE_TARGETS : List.of(KernelLibrary.HOPPER_TARGET)) {
                PtxAssembler.assemble(name, text, AssemblerOptions.of(target)).kernels().stream()
                        .map(kernel -> new KernelManifest.Entry(
                                name,
                                target,
                                kernel.entry(),
                                kernel.registers(),
                                kernel.sharedBytes(),
                                kernel.stackBytes(),
                                kernel.spillStoreBytes(),
                                kernel.spillLoadBytes()))
                        .sorted(Comparator.comparing(KernelManifest.Entry::name))
                        .forEach(entries::add);
            }
        }
        return new KernelManifest(hashes(), entries);
    }

    private static List<Path> list(Path folder, String suffix) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(suffix))
                    .sorted()
                    .toList();
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
