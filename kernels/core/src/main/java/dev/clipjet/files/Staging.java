package dev.clipjet.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The folder beside a destination in which a result of several files grows, or one that takes long: {@code DST.partial}, with the
 * result in {@code content}. When all is on the disk, the result gets the destination's name in one step. After a kill, the same
 * run goes on with the files that were finished; another run begins anew.
 *
 * <p>The folder carries a mark. One without it, one that is a link, or one of another user is refused and left alone; in a marked
 * one, only files are deleted whose names it lists as this program's.
 */
public final class Staging implements AutoCloseable {
    /** What was found of an earlier run that did not finish. */
    public enum Leftovers {
        NONE,
        /** It was the same: what it finished is there. */
        RESUMED,
        /** It was another: what it wrote was removed. */
        CLEANED
    }

    private final Path destination;
    private final Existing existing;
    private final ProtectedFiles inputs;
    private final Set<String> names;
    private final StagingFolder folder;
    private final FileChannel lockFile;
    private Leftovers leftovers = Leftovers.NONE;

    private Staging(
            Path destination,
            Existing existing,
            ProtectedFiles inputs,
            Set<String> names,
            StagingFolder folder,
            FileChannel lockFile) {
        this.destination = destination;
        this.existing = existing;
        this.inputs = inputs;
        this.names = names;
        this.folder = folder;
        this.lockFile = lockFile;
    }

    /**
     * Begins or resumes.
     *
     * @param destination a folder to be, or a file to be
     * @param identity equal for runs that write the same files
     * @param names of all files of the result
     * @param existing what becomes of a destination that is there and no empty folder
     * @param inputs what must not be replaced, whatever {@code existing} says
     * @throws FileAlreadyExistsException if the destination is there and is to stay
     * @throws OutputFailedException if it cannot be written, is an input, a link, or a folder with other files than the result's;
     *     if the staging folder is not this program's; or if another run to the destination is going on
     */
    public static Staging open(
            Path destination, String identity, Collection<String> names, Existing existing, ProtectedFiles inputs)
            throws IOException {
        StagingFolder folder = StagingFolder.beside(destination);
        Set<String> all = Set.copyOf(names);
        try {
            checkDestination(destination, existing, inputs, all);
        } catch (FileAlreadyExistsException e) {
            tidy(folder);
            throw e;
        }
        FileChannel lockFile;
        try {
            Files.createDirectories(destination.toAbsolutePath().getParent());
            folder.acquire();
            lockFile = lock(folder, destination);
        } catch (OutputFailedException e) {
            throw e;
        } catch (IOException e) {
            throw OutputFailedException.of(destination, e);
        }
        boolean begun = false;
        try {
            Staging staging = new Staging(destination, existing, inputs, all, folder, lockFile);
            staging.begin(identity);
            begun = true;
            return staging;
        } catch (OutputFailedException | FileAlreadyExistsException e) {
            throw e;
        } catch (IOException e) {
            throw OutputFailedException.of(destination, e);
        } finally {
            if (!begun) {
                folder.deleteUnused();
                lockFile.close();
            }
        }
    }

    private void begin(String identity) throws IOException {
        folder.checkInputs(inputs);
        folder.restoreReplaced(destination);
        checkDestination(destination, existing, inputs, names);
        Optional<String> earlier = folder.identity();
        boolean found = Files.exists(folder.content(), LinkOption.NOFOLLOW_LINKS);
        if (found && earlier.filter(identity::equals).isPresent()) {
            folder.deleteUnfinished();
            leftovers = Leftovers.RESUMED;
            return;
        }
        if (found) {
            folder.deleteContent();
            leftovers = Leftovers.CLEANED;
        }
        folder.begin(identity, names);
    }

    private static void checkDestination(Path destination, Existing existing, ProtectedFiles inputs, Set<String> names)
            throws IOException {
        Optional<BasicFileAttributes> there = Publication.attributes(destination);
        if (there.isEmpty() || Publication.isEmptyFolder(destination)) {
            return;
        }
        if (inputs.contains(destination)) {
            throw new InputProtectedException(destination);
        }
        if (there.get().isSymbolicLink()) {
            throw new OutputFailedException(destination, "is a symbolic link; nothing is written through links");
        }
        if (existing == Existing.REFUSE) {
            throw Publication.exists(destination, there.get().isDirectory() ? " and is no empty folder" : "");
        }
        if (!there.get().isDirectory()) {
            Publication.checkFile(destination, existing, inputs);
            return;
        }
        for (Path entry : entries(destination)) {
            if (!Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS)
                    || !names.contains(entry.getFileName().toString())) {
                throw new OutputFailedException(
                        destination, "holds " + entry.getFileName() + ", which is none of the files that replace it");
            }
            if (inputs.contains(entry)) {
                throw new InputProtectedException(entry);
            }
        }
    }

    private static List<Path> entries(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        }
    }

    /** What a run left that was killed after the last step. */
    private static void tidy(StagingFolder folder) throws IOException {
        if (!folder.isMarked() || folder.hasWork()) {
            return;
        }
        try (FileChannel channel = folder.openLock();
                FileLock lock = channel.tryLock()) {
            if (lock != null && !folder.hasWork()) {
                folder.delete();
            }
        } catch (OverlappingFileLockException inUse) {
            // Another thread is at work there.
        }
    }

    private static FileChannel lock(StagingFolder folder, Path destination) throws IOException {
        FileChannel channel = folder.openLock();
        boolean locked = false;
        try {
            locked = channel.tryLock() != null && folder.isMarked();
        } catch (OverlappingFileLockException e) {
            // Said below.
        } finally {
            if (!locked) {
                channel.close();
            }
        }
        if (!locked) {
            throw new OutputFailedException(destination, "another run is writing to it");
        }
        return channel;
    }

    /** Where the result grows. Files in it are written by {@link OutputFile}, or by {@link #write}. */
    public Path content() {
        return folder.content();
    }

    public Leftovers leftovers() {
        return leftovers;
    }

    /** Removes a file of the result that an earlier run spoilt, if it is there. */
    public void remove(String name) throws IOException {
        checkName(name);
        Files.deleteIfExists(folder.content().resolve(name));
    }

    /** Writes a small file of the result anew. */
    public void write(String name, byte[] bytes) throws IOException {
        checkName(name);
        OutputFile.write(folder.content().resolve(name), bytes, Existing.REPLACE, inputs);
    }

    private void checkName(String name) {
        if (!names.contains(name)) {
            throw new IllegalArgumentException(name + " was not announced as a file of " + destination);
        }
    }

    /**
     * Gives the result its name.
     *
     * @param singleFile whether the destination is the only file, and not the folder
     */
    public void publish(boolean singleFile) throws IOException {
        try {
            for (String name : names) {
                Publication.syncFile(folder.content().resolve(name));
            }
            Publication.syncFolder(folder.content());
            checkDestination(destination, existing, inputs, names);
            if (singleFile) {
                publishFile(folder.content().resolve(names.iterator().next()));
            } else {
                publishFolder();
            }
        } catch (FileAlreadyExistsException | OutputFailedException e) {
            throw e;
        } catch (IOException e) {
            throw OutputFailedException.of(destination, e);
        }
        Publication.syncFolder(destination.toAbsolutePath().getParent());
        discard();
    }

    private void publishFile(Path file) throws IOException {
        if (Files.isDirectory(destination, LinkOption.NOFOLLOW_LINKS)) {
            Files.delete(destination);
        }
        Publication.publish(file, destination, existing);
    }

    /** A folder replaces nothing but an empty folder; others are put aside first. */
    private void publishFolder() throws IOException {
        boolean replaces =
                Files.exists(destination, LinkOption.NOFOLLOW_LINKS) && !Publication.isEmptyFolder(destination);
        if (replaces) {
            Publication.move(destination, folder.replaced());
        }
        try {
            moveFolder(folder.content(), destination);
        } catch (IOException e) {
            folder.restoreReplaced(destination);
            throw e;
        }
        if (replaces) {
            folder.deleteReplaced();
        }
    }

    private static void moveFolder(Path from, Path to) throws IOException {
        try {
            Publication.move(from, to);
        } catch (FileSystemException e) {
            // Windows replaces no empty folder.
            if (!Publication.isEmptyFolder(to)) {
                throw Files.exists(to, LinkOption.NOFOLLOW_LINKS) ? Publication.exists(to, "") : e;
            }
            Files.delete(to);
            Publication.move(from, to);
        }
    }

    /** Removes all that was written. */
    public void discard() throws IOException {
        folder.delete();
        lockFile.close();
    }

    /** Lets go of the lock. What was written stays for another run. */
    @Override
    public void close() throws IOException {
        lockFile.close();
    }
}
