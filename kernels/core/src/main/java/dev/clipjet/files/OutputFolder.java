package dev.clipjet.files;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** A folder that gets files one by one; each is complete when it appears. It may have others. Not thread-safe. */
public final class OutputFolder {
    private final Path folder;
    private final Existing existing;
    private final ProtectedFiles inputs;
    private final Set<String> taken = new HashSet<>();

    private OutputFolder(Path folder, Existing existing, ProtectedFiles inputs) {
        this.folder = folder;
        this.existing = existing;
        this.inputs = inputs;
    }

    /**
     * Makes the folder if need be.
     *
     * @param existing what becomes of files with the names of the output
     * @param inputs what must not be replaced, whatever {@code existing} says
     * @throws FileAlreadyExistsException if it is a file
     * @throws OutputFailedException if it is a link, or cannot be made
     */
    public static OutputFolder open(Path folder, Existing existing, Collection<Path> inputs) throws IOException {
        Optional<BasicFileAttributes> there = Publication.attributes(folder);
        if (there.filter(BasicFileAttributes::isSymbolicLink).isPresent()) {
            throw new OutputFailedException(folder, "is a symbolic link; nothing is written through links");
        }
        if (there.isPresent() && !there.get().isDirectory()) {
            throw Publication.exists(folder, " and is no folder");
        }
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw OutputFailedException.of(folder, e);
        }
        return new OutputFolder(folder, existing, ProtectedFiles.of(inputs));
    }

    /** A file for the result of an input: its name with another ending, and a number where this run has used that. */
    public Path name(String input, String ending) {
        String name = input.substring(input.lastIndexOf('/') + 1);
        name = name.substring(name.lastIndexOf(folder.getFileSystem().getSeparator()) + 1);
        String stem = name.lastIndexOf('.') > 0 ? name.substring(0, name.lastIndexOf('.')) : name;
        String candidate = stem + ending;
        // Some file systems do not tell capitals from small letters.
        for (int i = 2; !taken.add(candidate.toLowerCase(Locale.ROOT)); i++) {
            candidate = stem + "-" + i + ending;
        }
        return folder.resolve(candidate);
    }

    /**
     * Writes a file.
     *
     * @throws FileAlreadyExistsException if it is there and is to stay
     * @throws InputProtectedException if it is an input, or was written before
     * @throws OutputFailedException if it cannot be written
     */
    public void write(Path file, byte[] content) throws IOException {
        OutputFile.write(file, content, existing, inputs);
        inputs.add(file);
    }
}
