package dev.clipjet.ptx.nvptx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.ptx.syntax.Function;
import dev.clipjet.ptx.syntax.PtxModule;
import dev.clipjet.ptx.syntax.PtxParser;
import dev.clipjet.ptx.syntax.PtxSyntaxException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Every object file of the package parses, and no function gets lost. */
class CorpusTest {
    @Test
    void everyObjectParses() throws IOException {
        Path folder = Corpus.folder();
        Map<String, Integer> files = new TreeMap<>();
        Set<String> distinct = new HashSet<>();
        List<String> refused = new ArrayList<>();
        long characters = 0;
        for (Path file : Corpus.files(folder, ".a")) {
            for (Map.Entry<String, String> member : Archive.read(file).entrySet()) {
                String name = folder.relativize(file) + "(" + member.getKey() + ")";
                characters += member.getValue().length();
                distinct.add(member.getValue());
                files.merge(parse(name, member.getValue(), refused), 1, Integer::sum);
            }
        }
        for (Path file : Corpus.files(folder, ".o")) {
            String text = Files.readString(file, StandardCharsets.ISO_8859_1);
            distinct.add(text);
            files.merge(parse(folder.relativize(file).toString(), text, refused), 1, Integer::sum);
        }
        System.out.println(files + ", " + distinct.size() + " distinct, " + characters + " characters, "
                + refused.size() + " refused");
        assertThat(refused).isEmpty();
        assertThat(distinct).hasSizeGreaterThan(1600);
    }

    /** Out of reach are only what the host would define, calls through pointers, and recursion. */
    @Test
    void functionsOfTheLibrariesDecode() throws IOException {
        Path folder = Corpus.folder();
        Map<String, Integer> reasons = new TreeMap<>();
        int decoded = 0;
        for (String[] group :
                new String[][] {{"libm.a", "libc.a", "libgcc.a"}, {"libgcc.a", "libc.a"}, {"libc.a", "libgcc.a"}}) {
            Libraries libraries = new Libraries(folder, group);
            for (String function : libraries.functionsOf(folder.resolve(group[0]))) {
                try {
                    libraries.load(function);
                    decoded++;
                } catch (IllegalStateException | PtxSyntaxException refused) {
                    String reason = refused.getMessage()
                            .replaceFirst("^\\S*:\\d+: ", "")
                            .replaceFirst(":.*", "");
                    reasons.merge(reason.replaceFirst("nothing defines .*", "a name is not defined"), 1, Integer::sum);
                }
            }
        }
        System.out.println(decoded + " functions decode; others: " + reasons);
        assertThat(reasons.keySet())
                .isSubsetOf(
                        "a name is not defined",
                        "indirect calls are not supported",
                        "recursive functions are not supported");
        assertThat(decoded).isGreaterThan(500);
    }

    private static String parse(String name, String text, List<String> refused) {
        try {
            PtxModule module = PtxParser.parse(name, text);
            long defined = module.functions().stream()
                    .map(Function::body)
                    .filter(body -> body != null)
                    .count();
            int announced = text.split("(?m)^// BEGIN (GLOBAL )?FUNCTION DEF: ", -1).length - 1;
            if (defined != announced) {
                refused.add(name + ": " + defined + " functions of " + announced);
            }
            return "version " + module.versionMajor() + "." + module.versionMinor();
        } catch (PtxSyntaxException failed) {
            refused.add(failed.getMessage());
            return "refused";
        }
    }
}
