package dev.clipjet.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.clipjet.tests.support.SmallFileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFileTest {
    @TempDir
    Path temp;

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void write(Path file, Existing existing, Path... inputs) throws IOException {
        OutputFile.write(file, "new".getBytes(StandardCharsets.UTF_8), existing, ProtectedFiles.of(List.of(inputs)));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> entries = Files.list(temp)) {
            return entries.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void appearsWhenItIsComplete() throws Exception {
        Path file = temp.resolve("out");
        try (OutputFile output = OutputFile.create(file)) {
            output.write(bytes("b"), 1);
            output.write(bytes("a"), 0);
            assertThat(file).doesNotExist();
            assertThat(names()).singleElement().matches(Unfinished::isName);
            output.commit();
            assertThat(output.isOpen()).isFalse();
        }
        assertThat(file).hasContent("ab");
        assertThat(names()).containsExactly("out");
    }

    @Test
    void leavesNothingIfItIsNotComplete() throws Exception {
        try (OutputFile output = OutputFile.create(temp.resolve("out"))) {
            output.write(bytes("a"));
        }
        assertThat(temp).isEmptyDirectory();
    }

    @Test
    void whatIsThereStays() throws Exception {
        Path file = Files.writeString(temp.resolve("out"), "old");
        assertThatThrownBy(() -> write(file, Existing.REFUSE))
                .isInstanceOf(FileAlreadyExistsException.class)
                .hasMessage(file + ": exists; nothing is overwritten");
        assertThat(file).hasContent("old");
        write(file, Existing.REPLACE);
        assertThat(file).hasContent("new");
        assertThat(names()).containsExactly("out");
    }

    @Test
    void whatAppearsMeanwhileStays() throws Exception {
        Path file = temp.resolve("out");
        try (OutputFile output = OutputFile.create(file)) {
            Files.writeString(file, "another's");
            assertThatThrownBy(output::commit).isInstanceOf(FileAlreadyExistsException.class);
        }
        Path finished = Files.writeString(temp.resolve("finished"), "new");
        assertThatThrownBy(() -> Publication.publish(finished, file, Existing.REFUSE))
                .as("between the last look and the last step")
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThat(file).hasContent("another's");
    }

    @Test
    void linksAreNotFollowed() throws Exception {
        Path target = Files.writeString(temp.resolve("target"), "old");
        Path link = Files.createSymbolicLink(temp.resolve("link"), target);
        Path dangling = Files.createSymbolicLink(temp.resolve("dangling"), temp.resolve("nothing"));
        for (Path each : List.of(link, dangling)) {
            assertThatThrownBy(() -> write(each, Existing.REFUSE)).isInstanceOf(FileAlreadyExistsException.class);
            write(each, Existing.REPLACE);
            assertThat(Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS)).isTrue();
        }
        assertThat(target).hasContent("old");
        assertThat(temp.resolve("nothing")).doesNotExist();
    }

    @Test
    void inputsAreKnownUnderEveryName() throws Exception {
        Path input = Files.writeString(temp.resolve("input"), "old");
        Path folder = Files.createDirectory(temp.resolve("folder"));
        Files.createSymbolicLink(temp.resolve("by-link"), input);
        Files.createLink(temp.resolve("by-hard-link"), input);
        Files.createSymbolicLink(temp.resolve("folder-link"), temp);
        for (String name : List.of("input", "folder/../input", "by-link", "by-hard-link", "folder-link/input")) {
            for (Existing existing : Existing.values()) {
                assertThatThrownBy(() -> write(temp.resolve(name), existing, input))
                        .as(name)
                        .isInstanceOf(InputProtectedException.class)
                        .hasMessageContaining("is an input");
            }
        }
        assertThat(input).hasContent("old");
        assertThat(folder).isEmptyDirectory();
    }

    /** A photo that is a link: neither the link nor what it leads to may go. */
    @Test
    void inputsThatAreLinksAreProtectedWithTheirTargets() throws Exception {
        Path target = Files.writeString(temp.resolve("target"), "old");
        Path link = Files.createSymbolicLink(temp.resolve("link"), target);
        for (Path each : List.of(link, target)) {
            assertThatThrownBy(() -> write(each, Existing.REPLACE, link)).isInstanceOf(InputProtectedException.class);
        }
        assertThat(Files.isSymbolicLink(link)).isTrue();
    }

    @Test
    void foldersAndSpecialFilesAreRefused() {
        assertThatThrownBy(() -> write(temp, Existing.REPLACE))
                .isInstanceOf(OutputFailedException.class)
                .hasMessage(temp + ": is a folder");
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "SKIPPED: there is no /dev/full");
        assertThatThrownBy(() -> write(full, Existing.REPLACE))
                .isInstanceOf(OutputFailedException.class)
                .hasMessage(full + ": is no regular file");
    }

    @Test
    void aMissingFolderIsNamed() {
        Path file = temp.resolve("no/out");
        assertThatThrownBy(() -> write(file, Existing.REFUSE))
                .isInstanceOf(OutputFailedException.class)
                .hasMessage(file + ": cannot be written: there is no such folder");
    }

    @Test
    void longNamesHaveRoom() throws Exception {
        Path file = temp.resolve("n".repeat(255));
        write(file, Existing.REFUSE);
        assertThat(file).hasContent("new");
    }

    @Test
    void aFullDiskIsAnErrorThatNamesTheFileAndLeavesNothing() throws Exception {
        try (SmallFileSystem small = SmallFileSystem.mount(temp, "size=64k")) {
            Path file = small.path().resolve("out");
            assertThatThrownBy(() -> OutputFile.write(file, new byte[1 << 20], Existing.REFUSE, ProtectedFiles.none()))
                    .isInstanceOf(OutputFailedException.class)
                    .hasMessageStartingWith(file + ": cannot be written: ")
                    .hasMessageNotContaining(".partial");
            assertThat(small.path()).isEmptyDirectory();
            write(file, Existing.REFUSE);
            assertThat(file).hasContent("new");
        }
    }

    @Test
    void aReadOnlyFolderIsAnErrorThatNamesTheFile() throws Exception {
        try (SmallFileSystem small = SmallFileSystem.mount(temp, "size=64k")) {
            Path file = Files.writeString(small.path().resolve("out"), "old");
            small.makeReadOnly();
            assertThatThrownBy(() -> write(file, Existing.REPLACE))
                    .isInstanceOf(OutputFailedException.class)
                    .hasMessageStartingWith(file + ": cannot be written: ");
            assertThat(file).hasContent("old");
        }
    }

    @Test
    void aFolderOfOutputsNumbersItsOwnAndKeepsOthers() throws Exception {
        Files.writeString(temp.resolve("bird.png"), "old");
        OutputFolder folder = OutputFolder.open(temp, Existing.REFUSE, List.of());
        assertThat(folder.name("photos/bird.jpg", ".png")).isEqualTo(temp.resolve("bird.png"));
        assertThat(folder.name("Bird.gif", ".png")).isEqualTo(temp.resolve("Bird-2.png"));
        assertThatThrownBy(() -> folder.write(temp.resolve("bird.png"), new byte[1]))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThat(temp.resolve("bird.png")).hasContent("old");

        OutputFolder replacing = OutputFolder.open(temp, Existing.REPLACE, List.of());
        replacing.write(temp.resolve("bird.png"), new byte[1]);
        assertThatThrownBy(() -> replacing.write(temp.resolve("./bird.png"), new byte[2]))
                .as("a file of the same run")
                .isInstanceOf(InputProtectedException.class);

        Path link = Files.createSymbolicLink(temp.resolve("link"), temp);
        assertThatThrownBy(() -> OutputFolder.open(link, Existing.REPLACE, List.of()))
                .isInstanceOf(OutputFailedException.class)
                .hasMessageContaining("symbolic link");
        assertThatThrownBy(() -> OutputFolder.open(temp.resolve("bird.png"), Existing.REPLACE, List.of()))
                .isInstanceOf(FileAlreadyExistsException.class);
    }
}
