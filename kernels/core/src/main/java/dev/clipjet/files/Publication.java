package dev.clipjet.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.stream.Stream;

/** The step in which something finished gets its name. */
final class Publication {
    private Publication() {}

    /** What stands under a name, links not followed. */
    static Optional<BasicFileAttributes> attributes(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        return Optional.of(Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
    }

    static FileAlreadyExistsException exists(Path destination, String what) {
        return new FileAlreadyExistsException(destination + ": exists" + what + "; nothing is overwritten");
    }

    /**
     * Checks that a file may be written.
     *
     * @throws FileAlreadyExistsException if it is there and is to stay
     * @throws OutputFailedException if it is an input, a folder or a special file
     */
    static void checkFile(Path destination, Existing existing, ProtectedFiles inputs) throws IOException {
        Optional<BasicFileAttributes> there = attributes(destination);
        if (there.isEmpty()) {
            return;
        }
        if (inputs.contains(destination)) {
            throw new InputProtectedException(destination);
        }
        if (there.get().isDirectory()) {
            throw new OutputFailedException(destination, "is a folder");
        }
        if (existing == Existing.REFUSE) {
            throw exists(destination, "");
        }
        if (!there.get().isRegularFile() && !there.get().isSymbolicLink()) {
            throw new OutputFailedException(destination, "is no regular file");
        }
    }

    /** Gives a finished file its name. With {@link Existing#REFUSE}, no file is lost that appeared in the meantime. */
    static void publish(Path finished, Path destination, Existing existing) throws IOException {
        if (existing == Existing.REPLACE) {
            move(finished, destination);
            return;
        }
        try {
            Files.createLink(destination, finished);
        } catch (FileAlreadyExistsException taken) {
            throw exists(destination, "");
        } catch (UnsupportedOperationException | IOException noHardLinks) {
            publishByReservation(finished, destination);
            return;
        }
        Files.delete(finished);
    }

    /** Where a file system has no hard links: an empty file takes the name, and is replaced. */
    private static void publishByReservation(Path finished, Path destination) throws IOException {
        try {
            Files.createFile(destination);
        } catch (FileAlreadyExistsException taken) {
            throw exists(destination, "");
        }
        boolean done = false;
        try {
            move(finished, destination);
            done = true;
        } finally {
            if (!done) {
                Files.deleteIfExists(destination);
            }
        }
    }

    /** Renames in one step where the file system can. */
    static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    static boolean isEmptyFolder(Path path) throws IOException {
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (Stream<Path> entries = Files.list(path)) {
            return entries.findAny().isEmpty();
        }
    }

    /** Brings the content of a file to the disk. */
    static void syncFile(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            channel.force(true);
        }
    }

    /** Brings the entries of a folder to the disk; some systems cannot open folders, and need not. */
    static void syncFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // As said.
        }
    }
}
