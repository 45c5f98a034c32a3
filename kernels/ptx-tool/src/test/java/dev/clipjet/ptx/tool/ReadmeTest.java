package dev.clipjet.ptx.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The emulator's README shows what the tool prints. With {@code -Dclipjet.record=true} it is brought up to date. */
class ReadmeTest {
    private static final Path README = Path.of("../emulator/README.md");
    private static final Pattern EXAMPLE = Pattern.compile("```\n(\\$ clipjet-ptx (.*)\n)([^`]*)```");

    private static String output(String command) {
        Object[] args = Arrays.stream(command.split(" "))
                .map(word ->
                        word.equals("examples.ptx") ? ToolRun.EXAMPLES : word.equals("cuda") ? "src/test/cuda" : word)
                .toArray();
        ToolRun run = ToolRun.run(args);
        return (run.out() + run.err()).replace(ToolRun.EXAMPLES, "examples.ptx");
    }

    @Test
    void showsWhatTheToolPrints() throws Exception {
        String readme = Files.readString(README);
        List<String> commands = new ArrayList<>();
        String now = EXAMPLE.matcher(readme).replaceAll(example -> {
            commands.add(example.group(2));
            return Matcher.quoteReplacement("```\n" + example.group(1) + output(example.group(2)) + "```");
        });
        assertThat(commands).hasSizeGreaterThanOrEqualTo(4).anyMatch(command -> command.startsWith("check "));
        if (Boolean.getBoolean("clipjet.record")) {
            Files.writeString(README, now);
        } else {
            assertThat(now).isEqualTo(readme);
        }
    }
}
