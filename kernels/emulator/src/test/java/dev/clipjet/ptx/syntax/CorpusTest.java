package dev.clipjet.ptx.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What compilers write for the CUDA sources of the tests parses, and nothing of it is lost. */
class CorpusTest {
    static List<String> names() {
        return Corpus.names();
    }

    /** Counts in the tree against counts in the text by means that share nothing with the parser. */
    @ParameterizedTest
    @MethodSource("names")
    void everyStatementIsInTheTree(String name) {
        String text = Corpus.text(name);
        PtxModule module = PtxParser.parse(name, text);
        List<Statement> statements = statements(module);
        String bare = text.replaceAll("//[^\n]*|/\\*(?s:.*?)\\*/", "")
                .replaceAll("(?s)\\.section\\s+\\.\\w+\\s*\\{[^}]*\\}", "");

        long prototypes = module.functions().stream()
                .filter(function -> function.body() == null)
                .count();
        long moreInOneDeclaration = find(bare, "\\.(reg|shared|local)\\s[^;{]*;")
                .mapToLong(found -> found.group().chars().filter(c -> c == ',').count())
                .sum();
        long ended = statements.stream()
                .filter(statement -> statement instanceof Statement.Instruction
                        || statement instanceof Statement.Declaration
                        || statement instanceof Statement.CallPrototype
                        || statement instanceof Statement.Targets
                        || statement instanceof Statement.Pragma)
                .count();
        assertThat(ended + prototypes + module.variables().size() - moreInOneDeclaration)
                .isEqualTo(bare.chars().filter(c -> c == ';').count());
        assertThat(of(statements, Statement.Location.class).count())
                .isEqualTo(find(bare, "\\.loc\\b").count());
        assertThat(of(statements, Statement.Label.class)
                        .filter(label -> label.name().startsWith("$"))
                        .count())
                .isEqualTo(find(bare, "\\$\\w+:").count());
        assertThat(module.sourceFiles()).hasSize((int) find(bare, "\\.file\\b").count());
        assertThat(module.lines())
                .isEqualTo(1 + (int) text.chars().filter(c -> c == '\n').count());
    }

    /** The instruction that a line of the text begins with is in the tree with that line. */
    @ParameterizedTest
    @MethodSource("names")
    void linesAndNamesOfInstructionsAreThoseOfTheText(String name) {
        String[] lines = Corpus.text(name).split("\n", -1);
        Stream<Statement.Instruction> instructions =
                of(statements(PtxParser.parse(name, Corpus.text(name))), Statement.Instruction.class);
        assertThat(instructions)
                .allSatisfy(instruction -> assertThat(lines[instruction.line() - 1])
                        .contains(instruction.name())
                        .contains(instruction.guard() == null ? "" : "@"));
    }

    @Test
    void sourcesOfALoopAreKnown() {
        PtxModule module = PtxParser.parse("basics-lineinfo.ptx", Corpus.text("basics-lineinfo.ptx"));
        assertThat(module.sourceFiles()).containsEntry(1, "basics.cu");
        assertThat(of(statements(module), Statement.Location.class).filter(at -> at.file() == 1))
                .extracting(Statement.Location::sourceLine)
                .contains(13, 15, 16);
    }

    private static List<Statement> statements(PtxModule module) {
        List<Statement> found = new ArrayList<>();
        Deque<Statement> waiting = new ArrayDeque<>();
        for (Function function : module.functions()) {
            if (function.body() != null) {
                waiting.add(function.body());
            }
        }
        while (!waiting.isEmpty()) {
            Statement statement = waiting.remove();
            found.add(statement);
            if (statement instanceof Statement.Block block) {
                waiting.addAll(block.statements());
            }
        }
        return found;
    }

    private static <T> Stream<T> of(List<Statement> statements, Class<T> kind) {
        return statements.stream().filter(kind::isInstance).map(kind::cast);
    }

    private static Stream<MatchResult> find(String text, String pattern) {
        return Pattern.compile(pattern).matcher(text).results();
    }
}
