package dev.clipjet.kernels.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The shipped PTX declares version 8.0 and holds no directive and no pragma that this version lacks: drivers and assemblers may pass over
 * an unknown pragma in silence, so that the assembler of 12.0, which proves the instructions, does not prove these.
 */
class PtxVersionTest {
    private static final Set<String> DIRECTIVES = Set.of(
            "version",
            "target",
            "address_size",
            "file",
            "loc",
            "visible",
            "extern",
            "shared",
            "const",
            "global",
            "param",
            "reg",
            "maxntid",
            "minnctapersm",
            "pragma");
    private static final Set<String> PRAGMAS = Set.of("nounroll");

    private static final Pattern LEADING = Pattern.compile("^\\s*(?:\\$?\\w+:\\s*)?\\.(\\w+)");
    private static final Pattern PRAGMA = Pattern.compile("\\.pragma\\s+\"([^\"]*)\"");

    @Test
    void everyDirectiveAndPragmaIsOfTheDeclaredVersion() throws IOException {
        for (Path file : new SourceTree(Path.of("")).files()) {
            String text = Files.readString(file);
            assertThat(text).as(file.toString()).containsPattern("(?m)^\\.version 8\\.0$");
            assertThat(newer(text)).as(file.toString()).isEmpty();
        }
    }

    @Test
    void whatIsNewerIsFound() {
        assertThat(newer(".version 8.0\n\t.pragma \"used_bytes_mask 15\";\n\t.pragma \"nounroll\";"))
                .containsExactly("pragma used_bytes_mask 15");
        assertThat(newer(".version 8.0\n.blocksareclusters\n")).containsExactly("directive blocksareclusters");
    }

    private static List<String> newer(String text) {
        List<String> newer = new ArrayList<>();
        for (String line : text.lines().toList()) {
            Matcher leading = LEADING.matcher(line);
            if (leading.find() && !DIRECTIVES.contains(leading.group(1))) {
                newer.add("directive " + leading.group(1));
            }
            Matcher pragma = PRAGMA.matcher(line);
            while (pragma.find()) {
                if (!PRAGMAS.contains(pragma.group(1))) {
                    newer.add("pragma " + pragma.group(1));
                }
            }
        }
        return newer;
    }
}
