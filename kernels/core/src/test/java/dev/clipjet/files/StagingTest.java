package dev.clipjet.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.clipjet.files.Staging.Leftovers;
import dev.clipjet.tests.support.SmallFileSystem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagingTest {
    private static final List<String> NAMES = List.of("a", "b");

    @TempDir
    Path temp;

    private Path destination;
    private Path partial;

    @BeforeEach
    void paths() {
        destination = temp.resolve("out");
        partial = temp.resolve("out.partial");
    }

    private Staging open(Existing existing, Path... inputs) throws IOException {
        return Staging.open(destination, "same", NAMES, existing, ProtectedFiles.of(List.of(inputs)));
    }

    private static void fill(Staging staging, String text) throws IOException {
        staging.write("a", text.getBytes(StandardCharsets.UTF_8));
        staging.write("b", text.getBytes(StandardCharsets.UTF_8));
    }

    private void run(Existing existing, String text, Path... inputs) throws IOException {
        try (Staging staging = open(existing, inputs)) {
            fill(staging, text);
            staging.publish(false);
        }
    }

    /** As a kill leaves it: one file finished, one not. */
    private void killed(String identity) throws IOException {
        try (Staging staging = Staging.open(destination, identity, NAMES, Existing.REFUSE, ProtectedFiles.none())) {
            staging.write("a", "done".getBytes(StandardCharsets.UTF_8));
            Files.writeString(staging.content().resolve(".clipjet-0123456789abcdef.partial"), "half");
        }
    }

    /** All that is there: paths with contents, targets of links, or nothing for folders. */
    private TreeMap<String, String> everything() throws IOException {
        TreeMap<String, String> found = new TreeMap<>();
        try (Stream<Path> tree = Files.walk(temp)) {
            for (Path path : tree.filter(path -> !path.equals(temp)).toList()) {
                String content = Files.isSymbolicLink(path)
                        ? "-> " + Files.readSymbolicLink(path)
                        : Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) ? "" : Files.readString(path);
                found.put(temp.relativize(path).toString(), content);
            }
        }
        return found;
    }

    private interface Run {
        void run() throws IOException;
    }

    private void refusedAndUntouched(Run run, String message) throws IOException {
        TreeMap<String, String> before = everything();
        assertThatThrownBy(run::run).isInstanceOf(IOException.class).hasMessageContaining(message);
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void theResultAppearsInOneStep() throws Exception {
        try (Staging staging = open(Existing.REFUSE)) {
            assertThat(staging.leftovers()).isEqualTo(Leftovers.NONE);
            fill(staging, "x");
            assertThat(destination).doesNotExist();
            assertThat(partial).isDirectory();
            staging.publish(false);
        }
        assertThat(everything()).containsOnlyKeys("out", "out/a", "out/b");
    }

    @Test
    void anEmptyFolderIsAccepted() throws Exception {
        Files.createDirectory(destination);
        Files.createDirectory(partial);
        run(Existing.REFUSE, "x");
        assertThat(everything()).containsOnlyKeys("out", "out/a", "out/b");
    }

    @Test
    void aFolderThatIsNotThisProgramsIsLeftAlone() throws Exception {
        Files.createDirectories(partial.resolve("content"));
        Files.writeString(partial.resolve("content/a"), "mine");
        Files.writeString(partial.resolve("thesis"), "mine");
        refusedAndUntouched(() -> run(Existing.REFUSE, "x"), "no folder that clipjet made");
        refusedAndUntouched(() -> run(Existing.REPLACE, "x"), "no folder that clipjet made");
        Files.writeString(destination, "there");
        refusedAndUntouched(() -> run(Existing.REFUSE, "x"), "nothing is overwritten");
    }

    @Test
    void aFileInTheWayIsLeftAlone() throws Exception {
        Files.writeString(partial, "mine");
        refusedAndUntouched(() -> run(Existing.REPLACE, "x"), "no folder that clipjet made");
    }

    @Test
    void aLinkInTheWayIsNotFollowed() throws Exception {
        Path victim = Files.createDirectories(temp.resolve("victim/content")).getParent();
        Files.writeString(victim.resolve("content/a"), "mine");
        Files.createSymbolicLink(partial, victim);
        refusedAndUntouched(() -> run(Existing.REPLACE, "x"), "no folder that clipjet made");
        Files.writeString(victim.resolve(".clipjet-staging"), "");
        refusedAndUntouched(() -> run(Existing.REPLACE, "x"), "no folder that clipjet made");
        Files.createDirectory(destination);
        Files.writeString(destination.resolve("a"), "there");
        refusedAndUntouched(() -> run(Existing.REFUSE, "x"), "nothing is overwritten");
    }

    @Test
    void aLinkInAMarkedFolderIsNotFollowed() throws Exception {
        Path victim = Files.createDirectory(temp.resolve("victim"));
        Files.writeString(victim.resolve("a"), "mine");
        killed("other");
        Files.delete(partial.resolve("content/a"));
        Files.delete(partial.resolve("content/.clipjet-0123456789abcdef.partial"));
        Files.delete(partial.resolve("content"));
        Files.createSymbolicLink(partial.resolve("content"), victim);
        refusedAndUntouched(() -> run(Existing.REPLACE, "x"), "no folder that clipjet made");
        Files.delete(partial.resolve("content"));
        Files.delete(partial.resolve("lock"));
        Files.createSymbolicLink(partial.resolve("lock"), victim.resolve("a"));
        refusedAndUntouched(() -> run(Existing.REPLACE, "x"), "cannot be written");
    }

    @Test
    void theFolderOfAnotherUserIsLeftAlone() throws Exception {
        killed("same");
        try {
            Files.setAttribute(partial, "unix:uid", 12_345, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException | UnsupportedOperationException e) {
            assumeTrue(false, "SKIPPED: only root can give files away");
        }
        refusedAndUntouched(() -> run(Existing.REFUSE, "x"), "belongs to another user");
    }

    @Test
    void theSameRunGoesOn() throws Exception {
        killed("same");
        try (Staging staging = open(Existing.REFUSE)) {
            assertThat(staging.leftovers()).isEqualTo(Leftovers.RESUMED);
            assertThat(staging.content())
                    .isDirectoryNotContaining(path -> path.toString().endsWith(".partial"));
            assertThat(staging.content().resolve("a")).hasContent("done");
            staging.write("b", new byte[0]);
            staging.publish(false);
        }
        assertThat(everything()).containsOnlyKeys("out", "out/a", "out/b");
    }

    @Test
    void anotherRunRemovesWhatIsThisPrograms() throws Exception {
        killed("other");
        try (Staging staging = open(Existing.REFUSE)) {
            assertThat(staging.leftovers()).isEqualTo(Leftovers.CLEANED);
            assertThat(staging.content()).isEmptyDirectory();
            staging.discard();
        }
        assertThat(temp).isEmptyDirectory();
    }

    @Test
    void whatPeoplePutThereStays() throws Exception {
        killed("other");
        Files.writeString(partial.resolve("content/notes.txt"), "mine");
        refusedAndUntouched(() -> run(Existing.REFUSE, "x"), "notes.txt: is no file that clipjet wrote");
        Files.move(partial.resolve("content/notes.txt"), partial.resolve("notes.txt"));
        run(Existing.REFUSE, "x");
        assertThat(partial.resolve("notes.txt")).hasContent("mine");
        assertThat(destination.resolve("a")).hasContent("x");
    }

    @Test
    void whatIsThereStays() throws Exception {
        run(Existing.REFUSE, "old");
        refusedAndUntouched(() -> run(Existing.REFUSE, "x"), "nothing is overwritten");
    }

    @Test
    void onRequestAResultTakesThePlaceOfAnEarlierOne() throws Exception {
        run(Existing.REFUSE, "old");
        run(Existing.REPLACE, "new");
        assertThat(destination.resolve("a")).hasContent("new");
        assertThat(everything()).containsOnlyKeys("out", "out/a", "out/b");
        Files.writeString(destination.resolve("notes.txt"), "mine");
        refusedAndUntouched(() -> run(Existing.REPLACE, "x"), "holds notes.txt");
        Files.delete(destination.resolve("notes.txt"));
        refusedAndUntouched(() -> run(Existing.REPLACE, "x", destination), "is an input");
        Path elsewhere = temp.resolve("elsewhere");
        Files.createLink(elsewhere, destination.resolve("b"));
        refusedAndUntouched(() -> run(Existing.REPLACE, "x", elsewhere), "is an input");
    }

    @Test
    void aLinkIsNoDestination() throws Exception {
        Path real = Files.createDirectory(temp.resolve("real"));
        Files.createSymbolicLink(destination, real);
        refusedAndUntouched(() -> run(Existing.REFUSE, "x"), "symbolic link");
        refusedAndUntouched(() -> run(Existing.REPLACE, "x"), "symbolic link");
    }

    /** Killed between the two steps in which one folder takes the place of another. */
    @Test
    void anInterruptedReplacementIsUndone() throws Exception {
        run(Existing.REFUSE, "old");
        try (Staging staging = open(Existing.REPLACE)) {
            fill(staging, "new");
            Files.move(destination, partial.resolve("replaced"));
        }
        refusedAndUntouchedAfterRestoring();
        run(Existing.REPLACE, "newer");
        assertThat(destination.resolve("a")).hasContent("newer");
        assertThat(everything()).containsOnlyKeys("out", "out/a", "out/b");
    }

    private void refusedAndUntouchedAfterRestoring() {
        assertThatThrownBy(() -> run(Existing.REFUSE, "x")).isInstanceOf(FileAlreadyExistsException.class);
        assertThat(destination.resolve("a")).hasContent("old");
    }

    @Test
    void aRunThatWasKilledAfterTheLastStepIsTidiedUp() throws Exception {
        killed("same");
        Files.move(partial.resolve("content"), destination);
        assertThatThrownBy(() -> run(Existing.REFUSE, "x")).isInstanceOf(FileAlreadyExistsException.class);
        assertThat(partial).doesNotExist();
        assertThat(destination.resolve("a")).hasContent("done");
    }

    @Test
    void aRunThatReadsFromThereIsRefused() throws Exception {
        killed("other");
        refusedAndUntouched(() -> run(Existing.REFUSE, "x", partial.resolve("content/a")), "is an input");
        refusedAndUntouched(() -> run(Existing.REFUSE, "x", partial.resolve("content")), "is an input");
    }

    @Test
    void aFolderThatAppearsMeanwhileStays() throws Exception {
        try (Staging staging = open(Existing.REFUSE)) {
            fill(staging, "x");
            Files.createDirectory(destination);
            Files.writeString(destination.resolve("mine"), "mine");
            assertThatThrownBy(() -> staging.publish(false)).isInstanceOf(FileAlreadyExistsException.class);
        }
        assertThat(destination.resolve("mine")).hasContent("mine");
        assertThat(partial.resolve("content/a")).hasContent("x");
    }

    @Test
    void twoRunsDoNotMix() throws Exception {
        try (Staging staging = open(Existing.REFUSE)) {
            fill(staging, "x");
            assertThatThrownBy(() -> run(Existing.REFUSE, "y")).hasMessageContaining("another run");
            staging.publish(false);
        }
        assertThat(destination.resolve("a")).hasContent("x");
    }

    @Test
    void theResultMayBeOneFile() throws Exception {
        try (Staging staging =
                Staging.open(destination, "one", List.of("out"), Existing.REFUSE, ProtectedFiles.none())) {
            staging.write("out", new byte[3]);
            staging.publish(true);
        }
        assertThat(everything()).containsOnlyKeys("out");
        assertThat(destination).hasSize(3);
    }

    @Test
    void aFullDiskLeavesWhatWasFinishedForTheNextRun() throws Exception {
        try (SmallFileSystem small = SmallFileSystem.mount(temp, "size=128k")) {
            destination = small.path().resolve("out");
            partial = small.path().resolve("out.partial");
            try (Staging staging = open(Existing.REFUSE)) {
                staging.write("a", new byte[10]);
                assertThatThrownBy(() -> staging.write("b", new byte[1 << 20]))
                        .isInstanceOf(OutputFailedException.class)
                        .hasMessageStartingWith(partial.resolve("content/b") + ": cannot be written: ");
            }
            assertThat(partial.resolve("content")).isDirectoryContaining(path -> path.endsWith("a"));
            run(Existing.REFUSE, "x");
            assertThat(destination.resolve("b")).hasContent("x");
            assertThat(partial).doesNotExist();
        }
    }
}
