package dev.clipjet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.clipjet.cli.CommandSamples.Output;
import dev.clipjet.cli.CommandSamples.Sample;
import dev.clipjet.tests.support.SmallFileSystem;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** What holds for every command that there is: results arrive or are missed, and nothing of the user's is lost. */
class AllCommandsTest {
    private static final Path FULL = Path.of("/dev/full");

    @TempDir
    static Path inputs;

    private static List<Sample> samples;

    @TempDir
    Path temp;

    @BeforeAll
    static void readSamples() throws IOException {
        samples = CommandSamples.all(inputs);
    }

    static Stream<Sample> samples() throws IOException {
        return CommandSamples.all(inputs).stream();
    }

    static Stream<Sample> writers() throws IOException {
        return samples().filter(sample -> sample.output() != Output.NONE);
    }

    /** Files that are added to a folder grow under names of their own. */
    static Stream<Sample> staging() throws IOException {
        return writers().filter(sample -> sample.output() != Output.FILES);
    }

    /** All commands of the command line, those of groups as {@code group command}. */
    private static Map<String, CommandSpec> commands() {
        Map<String, CommandSpec> found = new TreeMap<>();
        collect("", Main.commandLine(), found);
        return found;
    }

    private static void collect(String prefix, CommandLine command, Map<String, CommandSpec> found) {
        for (CommandLine each : new TreeSet<>(command.getSubcommands().keySet())
                .stream().map(name -> command.getSubcommands().get(name)).toList()) {
            String name = prefix + each.getCommandName();
            if (each.getSubcommands().isEmpty()) {
                found.put(name, each.getCommandSpec());
            } else {
                collect(name + " ", each, found);
            }
        }
    }

    private static boolean namesAnOutput(CommandSpec command) {
        return command.args().stream().anyMatch(AllCommandsTest::isOutput);
    }

    private static boolean isOutput(ArgSpec argument) {
        boolean option = argument instanceof OptionSpec named
                && Arrays.stream(named.names())
                        .anyMatch(name -> name.matches("--(out|output|save|report|to-file)\\b.*"));
        return option || argument.isPositional() && argument.paramLabel().equals("DST");
    }

    @Test
    void everyCommandHasASampleAndThoseThatWriteAskBeforeTheyReplace() {
        Map<String, CommandSpec> commands = commands();
        Map<String, List<Sample>> sampled = CommandSamples.byCommand(samples);
        assertThat(sampled.keySet())
                .as("a new command gets a sample, by which all that is tested here is tested with it")
                .containsExactlyInAnyOrderElementsOf(commands.keySet());
        commands.forEach((name, command) -> {
            boolean writes = sampled.get(name).stream().anyMatch(sample -> sample.output() != Output.NONE);
            assertThat(namesAnOutput(command)).as(name + " writes").isEqualTo(writes);
            assertThat(command.findOption(OverwriteOption.NAME) != null)
                    .as(name + " has " + OverwriteOption.NAME)
                    .isEqualTo(writes);
        });
    }

    @ParameterizedTest
    @MethodSource("samples")
    void resultsThatCannotBeWrittenAreAnError(Sample sample) throws IOException {
        CliRun run = runUnclosed(sample.line(temp.resolve(sample.name())));
        assertThat(run.code()).as(run.err()).isEqualTo(1);
        assertThat(run.err()).contains("clipjet: standard output cannot be written: ");
    }

    /** Without closing the writer, which would throw what the command has reported already. */
    private static CliRun runUnclosed(Object... args) throws IOException {
        assumeTrue(Files.exists(FULL), "SKIPPED: there is no " + FULL);
        StringWriter err = new StringWriter();
        try (FileOutputStream full = new FileOutputStream(FULL.toFile())) {
            Writer out = new OutputStreamWriter(full, StandardCharsets.UTF_8);
            int code =
                    Main.run(out, err, Arrays.stream(args).map(String::valueOf).toArray(String[]::new));
            return new CliRun(code, "", err.toString());
        }
    }

    @Test
    void helpVersionAndDocumentsThatCannotBeWrittenAreAnError() throws IOException {
        assertThat(runUnclosed("--help").code()).isEqualTo(1);
        assertThat(runUnclosed("--version").code()).isEqualTo(1);
        for (String command : commands().keySet()) {
            assertThat(runUnclosed((command + " --help").split(" ")).code())
                    .as(command)
                    .isEqualTo(1);
        }
        assertThat(runUnclosed("tokenize", "a", "--json").code()).isEqualTo(1);
        assertThat(runUnclosed("doctor", "--json").code()).isEqualTo(1);
        assertThat(runUnclosed("no-such-command").code())
                .as("wrong usage prints nothing on stdout")
                .isEqualTo(2);
    }

    /** All below a folder: contents, targets of links, nothing for folders. */
    private static TreeMap<String, String> everything(Path folder) throws IOException {
        TreeMap<String, String> found = new TreeMap<>();
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path path : tree.toList()) {
                found.put(
                        folder.relativize(path).toString(),
                        Files.isSymbolicLink(path)
                                ? "-> " + Files.readSymbolicLink(path)
                                : Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
                                        ? ""
                                        : Arrays.toString(Files.readAllBytes(path)));
            }
        }
        return found;
    }

    private static Path destination(Sample sample, Path folder) {
        return sample.output() == Output.FILES ? folder : folder.resolve(sample.name());
    }

    private void refusedAndUntouched(Sample sample, Path out, String message) throws IOException {
        TreeMap<String, String> before = everything(temp);
        CliRun run = CliRun.run(sample.line(out));
        assertThat(run.code()).as(run.err()).isEqualTo(1);
        assertThat(run.err()).contains(message).doesNotContain("internal error");
        assertThat(everything(temp)).isEqualTo(before);
    }

    @ParameterizedTest
    @MethodSource("writers")
    void whatIsThereIsNotOverwritten(Sample sample) throws IOException {
        Path out = destination(sample, temp);
        switch (sample.output()) {
            case FILE, FILES -> Files.writeString(temp.resolve(sample.name()), "mine");
            case FOLDER -> Files.writeString(Files.createDirectory(out).resolve("mine"), "mine");
            case NONE -> throw new IllegalStateException(sample.toString());
        }
        refusedAndUntouched(sample, out, "nothing is overwritten; --overwrite replaces it");
    }

    @ParameterizedTest
    @MethodSource("writers")
    void nothingIsWrittenThroughLinks(Sample sample) throws IOException {
        Path victim = Files.createDirectory(temp.resolve("victim"));
        Files.writeString(victim.resolve("file"), "mine");
        Path out = temp.resolve("folder");
        switch (sample.output()) {
            case FILE -> {
                Files.createDirectory(out);
                Files.createSymbolicLink(out.resolve(sample.name()), victim.resolve("file"));
                refusedAndUntouched(sample, out.resolve(sample.name()), "symbolic link");
            }
            case FILES -> {
                Files.createDirectory(out);
                Files.createSymbolicLink(out.resolve(sample.name()), victim.resolve("file"));
                refusedAndUntouched(sample, out, "nothing is overwritten");
                Path link = Files.createSymbolicLink(temp.resolve("link"), victim);
                refusedAndUntouched(sample, link, "symbolic link");
            }
            case FOLDER -> {
                Files.createSymbolicLink(out, victim);
                refusedAndUntouched(sample, out, "symbolic link");
                Path empty = Files.createDirectory(temp.resolve("empty"));
                Files.delete(out);
                Files.createSymbolicLink(out, empty);
                refusedAndUntouched(sample, out, "symbolic link");
            }
            case NONE -> throw new IllegalStateException(sample.toString());
        }
    }

    @ParameterizedTest
    @MethodSource("staging")
    void aFolderThatStandsWhereTheResultGrowsIsLeftAlone(Sample sample) throws IOException {
        Path out = destination(sample, temp);
        Path partial = Files.createDirectories(temp.resolve(sample.name() + ".partial/content"));
        Files.writeString(partial.resolve("mine"), "mine");
        refusedAndUntouched(sample, out, "it is no folder that clipjet made, and is left alone");
    }

    @ParameterizedTest
    @MethodSource("writers")
    void aFullDiskIsAnErrorThatNamesTheOutputAndLeavesNothing(Sample sample) throws Exception {
        try (SmallFileSystem small = SmallFileSystem.mount(temp, "size=32k")) {
            // Room for nothing but names and the small files that keep a run apart from others.
            if (sample.output() == Output.FILES) {
                Files.write(small.path().resolve("filler"), new byte[32 << 10]);
            }
            Path out = destination(sample, small.path());
            CliRun run = CliRun.run(sample.line(out));
            assertThat(run.code()).as(run.err()).isEqualTo(1);
            assertThat(run.err())
                    .contains(out.toString(), "cannot be written: ")
                    .hasLineCount(1);
            Set<String> names = new TreeSet<>(everything(small.path()).keySet());
            names.remove("filler");
            assertThat(names).containsExactly("");
        }
    }

    @ParameterizedTest
    @MethodSource("writers")
    void aReadOnlyFolderIsAnErrorThatNamesTheOutput(Sample sample) throws Exception {
        try (SmallFileSystem small = SmallFileSystem.mount(temp, "size=1m")) {
            small.makeReadOnly();
            Path out = destination(sample, small.path());
            CliRun run = CliRun.run(sample.line(out));
            assertThat(run.code()).as(run.err()).isEqualTo(1);
            assertThat(run.err())
                    .contains(out.toString(), "cannot be written: ")
                    .hasLineCount(1);
        }
    }
}
