package dev.clipjet.kernels.gpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes the manifest after the sources have been compiled; the profile {@code cuda} runs it. */
public final class ManifestWriter {
    private ManifestWriter() {}

    public static void main(String[] arguments) throws IOException {
        SourceTree tree = new SourceTree(Path.of(arguments[0]));
        Files.writeString(tree.manifest(), tree.assemble().text());
    }
}
