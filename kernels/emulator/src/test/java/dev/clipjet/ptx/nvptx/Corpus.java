package dev.clipjet.ptx.nvptx;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Debian's package {@code gcc-12-offload-nvptx}, unpacked; {@code src/test/nvptx/run.sh} fetches it. */
final class Corpus {
    private static final String PROPERTY = "clipjet.nvptx";

    private Corpus() {}

    /** The folder of the libraries; ends the test as skipped, and says so, where the package is not there. */
    static Path folder() {
        String folder = System.getProperty(PROPERTY, "");
        if (folder.isEmpty()) {
            String why = "SKIPPED: no " + PROPERTY + "; kernels/emulator/src/test/nvptx/run.sh fetches the libraries";
            System.out.println(why);
            Assumptions.abort(why);
        }
        return Path.of(folder);
    }

    static List<Path> files(Path folder, String ending) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(path -> path.toString().endsWith(ending)).sorted().toList();
        }
    }
}
