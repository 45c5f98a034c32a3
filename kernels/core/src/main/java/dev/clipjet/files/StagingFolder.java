package dev.clipjet.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The files of a {@link Staging}: mark, lock, identity of the run, names of the files of the result, and the result. */
final class StagingFolder {
    private static final String MARK = ".clipjet-staging";
    private static final String LOCK = "lock";
    private static final String IDENTITY = "identity";
    private static final String NAMES = "names";
    private static final String CONTENT = "content";
    private static final String REPLACED = "replaced";

    /** Names of files contain anything but this. */
    private static final String SEPARATOR = "\0";

    private static final String EXPLANATION =
            "This folder holds a result that is being written. The same command goes on with it.\n";

    private final Path path;

    private StagingFolder(Path path) {
        this.path = path;
    }

    /** @throws OutputFailedException if the destination has no name */
    static StagingFolder beside(Path destination) throws IOException {
        Path absolute = destination.toAbsolutePath();
        String name = String.valueOf(absolute.getFileName());
        if (absolute.getFileName() == null || name.equals(".") || name.equals("..")) {
            if (!Files.exists(absolute)) {
                throw new OutputFailedException(destination, "is no name of a file or folder");
            }
            absolute = absolute.toRealPath();
        }
        if (absolute.getFileName() == null) {
            throw new OutputFailedException(destination, "is no name of a file or folder");
        }
        return new StagingFolder(absolute.resolveSibling(absolute.getFileName() + ".partial"));
    }

    Path content() {
        return path.resolve(CONTENT);
    }

    Path replaced() {
        return path.resolve(REPLACED);
    }

    /** Whether it is there as a folder that this program made. */
    boolean isMarked() {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
                && Files.isRegularFile(path.resolve(MARK), LinkOption.NOFOLLOW_LINKS);
    }

    /** Whether a result, or what one replaces, is in it. */
    boolean hasWork() {
        return Files.exists(content(), LinkOption.NOFOLLOW_LINKS)
                || Files.exists(replaced(), LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Makes it, or takes over one that an earlier run left.
     *
     * @throws OutputFailedException if it is not this program's, or another user's
     */
    void acquire() throws IOException {
        boolean made = false;
        try {
            Files.createDirectory(path, ownerOnly());
            made = true;
        } catch (FileAlreadyExistsException there) {
            if (!isMarked() && !Publication.isEmptyFolder(path)) {
                throw new OutputFailedException(
                        path,
                        "is in the way: it is no folder that clipjet made, and is left alone; move it away",
                        there);
            }
        }
        boolean acquired = false;
        try {
            checkOwner();
            mark();
            acquired = true;
        } finally {
            if (made && !acquired) {
                deleteUnused();
            }
        }
    }

    private void mark() throws IOException {
        if (isMarked()) {
            return;
        }
        try {
            Files.writeString(path.resolve(MARK), EXPLANATION, StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException another) {
            if (!isMarked()) {
                throw another;
            }
        }
    }

    /** After a failure that counts more than what may go wrong here: removes a folder in which no work was begun. */
    void deleteUnused() {
        try {
            if (isMarked() && !hasWork()) {
                delete();
            } else {
                deleteIfEmpty(path);
            }
        } catch (IOException e) {
            // It stays; the next run takes it over.
        }
    }

    private FileAttribute<?>[] ownerOnly() {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                }
                : new FileAttribute<?>[0];
    }

    /** Whoever owns a folder can exchange what is in it at any time. */
    private void checkOwner() throws IOException {
        if (!path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            return;
        }
        Unfinished.Opened own = Unfinished.create(path);
        try {
            own.channel().close();
            if (!owner(own.path()).equals(owner(path))) {
                throw new OutputFailedException(path, "belongs to another user, and is left alone; move it away");
            }
        } finally {
            Unfinished.delete(own.path());
        }
    }

    private static Object owner(Path file) throws IOException {
        return Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    }

    FileChannel openLock() throws IOException {
        return FileChannel.open(
                path.resolve(LOCK),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.READ,
                LinkOption.NOFOLLOW_LINKS);
    }

    /** Of the run whose content is there. */
    Optional<String> identity() throws IOException {
        return read(IDENTITY);
    }

    private Set<String> names() throws IOException {
        return read(NAMES).map(text -> Set.of(text.split(SEPARATOR))).orElse(Set.of());
    }

    private Optional<String> read(String name) throws IOException {
        Path file = path.resolve(name);
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                ? Optional.of(Files.readString(file))
                : Optional.empty();
    }

    /** Lists the files to come, before any of them is there, and makes the folder for them. */
    void begin(String identity, Collection<String> names) throws IOException {
        write(NAMES, String.join(SEPARATOR, names));
        write(IDENTITY, identity);
        Files.createDirectory(content());
    }

    private void write(String name, String text) throws IOException {
        OutputFile.write(
                path.resolve(name), text.getBytes(StandardCharsets.UTF_8), Existing.REPLACE, ProtectedFiles.none());
    }

    /** Removes files of the content that a kill left without their names. */
    void deleteUnfinished() throws IOException {
        for (Path entry : entries(content())) {
            if (Unfinished.isName(entry.getFileName().toString())) {
                Files.delete(entry);
            }
        }
    }

    /** Removes the content of another run. */
    void deleteContent() throws IOException {
        delete(content());
    }

    void deleteReplaced() throws IOException {
        delete(replaced());
    }

    /**
     * Refuses to work in a folder that a run reads from.
     *
     * @throws OutputFailedException if an input is in it
     */
    void checkInputs(ProtectedFiles inputs) throws IOException {
        List<Path> all = new ArrayList<>(List.of(path, content()));
        if (Files.isDirectory(content(), LinkOption.NOFOLLOW_LINKS)) {
            all.addAll(entries(content()));
        }
        for (Path each : all) {
            if (inputs.contains(each)) {
                throw new InputProtectedException(each);
            }
        }
    }

    /** After a kill while one folder took the place of another: the old one is put back, or removed if the new one is there. */
    void restoreReplaced(Path destination) throws IOException {
        if (!Files.exists(replaced(), LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!Files.exists(destination, LinkOption.NOFOLLOW_LINKS)) {
            Publication.move(replaced(), destination);
        } else if (!Files.exists(content(), LinkOption.NOFOLLOW_LINKS)) {
            deleteReplaced();
        } else {
            throw new OutputFailedException(replaced(), "holds what was at " + destination + " before; move it away");
        }
    }

    /** Deletes files with names of this program, and the folder if that was all. */
    private void delete(Path folder) throws IOException {
        Set<String> known = names();
        for (Path entry : entries(folder)) {
            String name = entry.getFileName().toString();
            boolean plain = Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS);
            if (!plain || !(known.contains(name) || Unfinished.isName(name))) {
                throw new OutputFailedException(
                        entry, "is no file that clipjet wrote, and is left alone; move it away");
            }
        }
        deleteKnown(folder, known);
        Files.delete(folder);
    }

    private static void deleteKnown(Path folder, Set<String> known) throws IOException {
        for (Path entry : entries(folder)) {
            String name = entry.getFileName().toString();
            if ((known.contains(name) || Unfinished.isName(name))
                    && !Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                Files.delete(entry);
            }
        }
    }

    private static List<Path> entries(Path folder) throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw new OutputFailedException(folder, "is no folder that clipjet made, and is left alone; move it away");
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.toList();
        }
    }

    /** Removes the folder and all in it that is this program's; what is not stays, and so does the folder then. */
    void delete() throws IOException {
        Set<String> known = names();
        for (Path part : List.of(content(), replaced())) {
            if (Files.isDirectory(part, LinkOption.NOFOLLOW_LINKS)) {
                deleteKnown(part, known);
                deleteIfEmpty(part);
            }
        }
        Set<String> own = new HashSet<>(List.of(IDENTITY, NAMES, LOCK));
        deleteKnown(path, own);
        if (entries(path).stream()
                .allMatch(entry -> entry.getFileName().toString().equals(MARK))) {
            Files.delete(path.resolve(MARK));
            deleteIfEmpty(path);
        }
    }

    private static void deleteIfEmpty(Path folder) throws IOException {
        if (Publication.isEmptyFolder(folder)) {
            Files.delete(folder);
        }
    }
}
