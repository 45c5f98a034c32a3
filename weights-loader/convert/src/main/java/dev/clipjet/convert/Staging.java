package dev.clipjet.convert;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder beside a destination in which the result grows: {@code DST.partial}, with the result in {@code content}, the
 * identity of the conversion in {@code conversion.txt}, and a lock that keeps a second conversion out. When all is on the
 * disk, {@code content} gets the destination's name in one step. After a kill, the same conversion goes on with the
 * files that were finished; another one begins anew.
 */
final class Staging implements AutoCloseable {
    private static final String CONTENT = "content";
    private static final String IDENTITY = "conversion.txt";
    private static final String LOCK = "lock";

    private final Path destination;
    private final Path folder;
    private final Path content;
    private final FileChannel lockFile;
    private final FileLock lock;
    private final ConversionReport.Leftovers leftovers;

    private Staging(
            Path destination, Path folder, FileChannel lockFile, FileLock lock, ConversionReport.Leftovers leftovers) {
        this.destination = destination;
        this.folder = folder;
        this.content = folder.resolve(CONTENT);
        this.lockFile = lockFile;
        this.lock = lock;
        this.leftovers = leftovers;
    }

    /**
     * Begins or resumes.
     *
     * @param identity equal for conversions that write the same files
     * @throws FileAlreadyExistsException if the destination is there and no empty folder
     * @throws IOException if it cannot be written, or another conversion to it is running
     */
    static Staging open(Path destination, String identity) throws IOException {
        Path folder = folderOf(destination);
        refuseToOverwrite(destination, folder);
        if (destination.toAbsolutePath().getParent() != null) {
            Files.createDirectories(destination.toAbsolutePath().getParent());
        }
        Files.createDirectories(folder);
        FileChannel lockFile = FileChannel.open(
                folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.READ);
        boolean begun = false;
        try {
            FileLock lock = lock(lockFile, destination);
            ConversionReport.Leftovers leftovers = prepare(folder, identity);
            begun = true;
            return new Staging(destination, folder, lockFile, lock, leftovers);
        } finally {
            if (!begun) {
                lockFile.close();
            }
        }
    }

    private static Path folderOf(Path destination) {
        return destination.resolveSibling(destination.getFileName() + ".partial");
    }

    private static void refuseToOverwrite(Path destination, Path folder) throws IOException {
        if (!Files.exists(destination) || isEmptyFolder(destination)) {
            return;
        }
        // Killed between the last step and tidying up.
        if (Files.exists(folder) && !Files.exists(folder.resolve(CONTENT))) {
            delete(folder);
        }
        throw new FileAlreadyExistsException(destination + ": exists"
                + (Files.isDirectory(destination) ? " and is no empty folder" : "") + "; nothing is overwritten");
    }

    private static boolean isEmptyFolder(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            return false;
        }
        try (Stream<Path> entries = Files.list(path)) {
            return entries.findAny().isEmpty();
        }
    }

    private static FileLock lock(FileChannel file, Path destination) throws IOException {
        try {
            FileLock lock = file.tryLock();
            if (lock != null) {
                return lock;
            }
        } catch (OverlappingFileLockException e) {
            throw new IOException(destination + ": another conversion to it is running", e);
        }
        throw new IOException(destination + ": another conversion to it is running");
    }

    private static ConversionReport.Leftovers prepare(Path folder, String identity) throws IOException {
        Path content = folder.resolve(CONTENT);
        Path identityFile = folder.resolve(IDENTITY);
        boolean found = Files.exists(content);
        if (found
                && Files.exists(identityFile)
                && Files.readString(identityFile).equals(identity)) {
            deleteUnfinished(content);
            return ConversionReport.Leftovers.RESUMED;
        }
        if (found) {
            delete(content);
        }
        // The name comes last: what is in the file is whole.
        Path fresh = folder.resolve(IDENTITY + ".new");
        Files.writeString(fresh, identity);
        sync(fresh);
        Files.move(fresh, identityFile, StandardCopyOption.REPLACE_EXISTING);
        Files.createDirectory(content);
        return found ? ConversionReport.Leftovers.CLEANED : ConversionReport.Leftovers.NONE;
    }

    private static void deleteUnfinished(Path content) throws IOException {
        try (Stream<Path> entries = Files.list(content)) {
            for (Path unfinished :
                    entries.filter(path -> path.toString().endsWith(".partial")).toList()) {
                Files.delete(unfinished);
            }
        }
    }

    /** Where the result grows. */
    Path content() {
        return content;
    }

    /** What was found of an earlier run. */
    ConversionReport.Leftovers leftovers() {
        return leftovers;
    }

    /**
     * Gives the result its name: the folder, or for a destination that is a file the only file in it.
     *
     * @param names all files of the result; they are brought to the disk first
     */
    void publish(List<String> names, boolean singleFile) throws IOException {
        for (String name : names) {
            sync(content.resolve(name));
        }
        sync(content);
        Path result = singleFile ? content.resolve(names.get(0)) : content;
        if (Files.isDirectory(destination)) {
            Files.delete(destination);
        }
        try {
            Files.move(result, destination, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(result, destination);
        }
        sync(destination.toAbsolutePath().getParent());
        discard();
    }

    /** Removes all that was written. */
    void discard() throws IOException {
        lock.release();
        lockFile.close();
        delete(folder);
    }

    private static void delete(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(root)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** Brings a file or the entries of a folder to the disk; some systems cannot open folders, and need not. */
    private static void sync(Path path) throws IOException {
        boolean folder = Files.isDirectory(path);
        try (FileChannel channel =
                FileChannel.open(path, folder ? StandardOpenOption.READ : StandardOpenOption.WRITE)) {
            channel.force(true);
        } catch (IOException e) {
            if (!folder) {
                throw e;
            }
        }
    }

    /** Lets go of the lock. What was written stays for another run. */
    @Override
    public void close() throws IOException {
        lockFile.close();
    }
}
