package dev.clipjet.ptx.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.clipjet.tests.support.SmallFileSystem;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What holds for every command that there is: results arrive or are missed, and nothing of the user's is lost. */
class OutputTest {
    private static final Path FULL = Path.of("/dev/full");

    @TempDir
    Path temp;

    /** A call that succeeds; those that write, given where. */
    private static final Map<String, Function<Path, List<Object>>> SAMPLES = new TreeMap<>(Map.of(
            "list", out -> List.of(),
            "run", out -> saxpy("--save", "y=" + out),
            "check", out -> saxpy("--seeds", 0),
            "profile", out -> saxpy("--gpu", "a100", "--registers", 16),
            "assemble", out -> List.of("--save", out)));

    private static List<Object> saxpy(Object... more) {
        return Stream.concat(
                        Stream.of(
                                "saxpy",
                                "--grid",
                                1,
                                "--block",
                                32,
                                "--arg",
                                "i32:32",
                                "--arg",
                                "f32:2",
                                "--arg",
                                "x=in:f32[32]=range",
                                "--arg",
                                "y=inout:f32[32]=zeros"),
                        Arrays.stream(more))
                .toList();
    }

    private static Object[] line(String command, Path out) {
        return Stream.concat(Stream.of(command, ToolRun.EXAMPLES), SAMPLES.get(command).apply(out).stream())
                .toArray();
    }

    static Stream<String> commands() {
        return SAMPLES.keySet().stream();
    }

    static Stream<String> writers() {
        return Stream.of("assemble", "run");
    }

    @Test
    void everyCommandHasASampleAndThoseThatWriteAskBeforeTheyReplace() {
        Map<String, CommandLine> commands = Main.commandLine().getSubcommands();
        assertThat(commands.keySet())
                .as("a new command gets a sample, by which all that is tested here is tested with it")
                .isEqualTo(SAMPLES.keySet());
        commands.forEach((name, command) -> {
            boolean saves = command.getCommandSpec().findOption("--save") != null;
            assertThat(saves).as(name + " writes").isEqualTo(writers().anyMatch(name::equals));
            assertThat(command.getCommandSpec().findOption("--overwrite") != null)
                    .as(name + " has --overwrite")
                    .isEqualTo(saves);
        });
    }

    private static ToolRun runToFull(Object... args) throws IOException {
        assumeTrue(Files.exists(FULL), "SKIPPED: there is no " + FULL);
        StringWriter err = new StringWriter();
        try (FileOutputStream full = new FileOutputStream(FULL.toFile())) {
            int code = Main.run(
                    new OutputStreamWriter(full, StandardCharsets.UTF_8),
                    err,
                    Arrays.stream(args).map(String::valueOf).toArray(String[]::new));
            return new ToolRun(code, "", err.toString());
        }
    }

    @ParameterizedTest
    @MethodSource("commands")
    void resultsThatCannotBeWrittenAreAnError(String command) throws IOException {
        ToolRun run = runToFull(line(command, temp.resolve("out")));
        assertThat(run.err()).contains("clipjet-ptx: standard output cannot be written: ");
        assertThat(run.code()).isEqualTo(1);
        assertThat(runToFull(command, "--help").code()).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("writers")
    void whatIsThereIsReplacedOnRequestOnly(String command) throws IOException {
        Path out = Files.writeString(temp.resolve("out"), "mine");
        ToolRun refused = ToolRun.run(line(command, out));
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains(out + ": exists; nothing is overwritten; --overwrite replaces it");
        assertThat(out).hasContent("mine");
        Path link = Files.createSymbolicLink(temp.resolve("link"), out);
        assertThat(ToolRun.run(line(command, link)).code()).isEqualTo(1);
        assertThat(ToolRun.run(with(line(command, link), "--overwrite")).code()).isZero();
        assertThat(out).as("the link is replaced, not what it leads to").hasContent("mine");
        assertThat(ToolRun.run(with(line(command, out), "--overwrite")).code()).isZero();
        assertThat(Files.readAllBytes(out)).hasSizeGreaterThan(4);
    }

    private static Object[] with(Object[] line, Object... more) {
        return Stream.concat(Arrays.stream(line), Arrays.stream(more)).toArray();
    }

    @ParameterizedTest
    @MethodSource("writers")
    void aFullDiskAndAReadOnlyFolderAreErrorsThatNameTheFile(String command) throws Exception {
        try (SmallFileSystem small = SmallFileSystem.mount(temp, "size=8k")) {
            Path out = small.path().resolve("out");
            Files.write(small.path().resolve("filler"), new byte[8 << 10]);
            assertFails(command, out);
            assertThat(small.path()).isDirectoryNotContaining(path -> !path.endsWith("filler"));
            small.makeReadOnly();
            assertFails(command, out);
        }
    }

    private static void assertFails(String command, Path out) {
        ToolRun run = ToolRun.run(line(command, out));
        assertThat(run.code()).as(run.err()).isEqualTo(1);
        assertThat(run.err()).contains(out + ": cannot be written: ");
    }

    /** Neither the PTX file, nor what arguments are read from, nor what the same run has saved. */
    @ParameterizedTest
    @ValueSource(strings = {"k.ptx", "y.bin", "./y.bin", "link", "hard"})
    void inputsAreNotReplaced(String name) throws IOException {
        Path kernel = Files.copy(Path.of(ToolRun.EXAMPLES), temp.resolve("k.ptx"));
        Path data = Files.write(temp.resolve("y.bin"), new byte[128]);
        Files.createSymbolicLink(temp.resolve("link"), data);
        Files.createLink(temp.resolve("hard"), data);
        Path out = temp.resolve(name);
        ToolRun run = ToolRun.run(
                "run",
                kernel,
                "saxpy",
                "--grid",
                1,
                "--block",
                32,
                "--arg",
                "i32:32",
                "--arg",
                "f32:2",
                "--arg",
                "x=in:f32[32]=range",
                "--arg",
                "y=inout:f32[32]=file:" + data,
                "--save",
                "y=" + out,
                "--overwrite");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("is an input");
        assertThat(data).hasBinaryContent(new byte[128]);
        assertThat(kernel).hasSameBinaryContentAs(Path.of(ToolRun.EXAMPLES));
        if (name.equals("k.ptx")) {
            assertThat(ToolRun.run("assemble", kernel, "--save", kernel, "--overwrite")
                            .err())
                    .contains("is an input");
        }
    }

    @Test
    void argumentsAreNotReadFromFiles() throws IOException {
        Path secret = Files.writeString(temp.resolve("secret"), "swordfish");
        for (Object[] line : new Object[][] {
            {"@" + secret}, {"list", "@" + secret}, {"run", ToolRun.EXAMPLES, "@" + secret, "--grid", 1, "--block", 1}
        }) {
            ToolRun run = ToolRun.run(line);
            assertThat(run.code()).isIn(1, 2);
            assertThat(run.err()).contains("@" + secret).doesNotContain("swordfish");
        }
    }

    @Test
    void namesAndTextsOfKernelsMakeNoLineOfOurs() throws IOException {
        Path odd =
                Files.writeString(temp.resolve("x\u001b[2J\nclipjet-ptx: all is well.ptx"), "nothing\u009b31m\u202e");
        ToolRun list = ToolRun.run("list", odd);
        assertThat(list.code()).isEqualTo(1);
        assertThat(list.err()).hasLineCount(1).contains("x\\u001b[2J\\nclipjet-ptx: all is well.ptx");
        Path copy = Files.copy(Path.of(ToolRun.EXAMPLES), temp.resolve("y\u001b[2J\nclipjet-ptx: all is well.ptx"));
        ToolRun good = ToolRun.run("list", copy);
        assertThat(good.code()).isZero();
        assertThat(good.out())
                .contains("y\\u001b[2J\\nclipjet-ptx: all is well.ptx")
                .doesNotContain("\u001b");
        assertThat(ToolRun.run("list", copy, "--json").json().get("file").textValue())
                .isEqualTo(copy.toString());
    }
}
