package dev.clipjet.ptx.tool;

import dev.clipjet.files.Existing;
import dev.clipjet.files.OutputFile;
import dev.clipjet.files.ProtectedFiles;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The files that {@code --save} names: new ones, or replaced on request, but never what was read or was just written. */
final class SavedFiles {
    private final Existing existing;
    private final ProtectedFiles inputs;

    SavedFiles(boolean overwrite, Request request) {
        this(overwrite, inputs(request));
    }

    SavedFiles(boolean overwrite, List<Path> inputs) {
        this.existing = overwrite ? Existing.REPLACE : Existing.REFUSE;
        this.inputs = ProtectedFiles.of(inputs);
    }

    private static List<Path> inputs(Request request) {
        List<Path> inputs = new ArrayList<>(List.of(request.file().path()));
        for (Argument argument : request.arguments()) {
            if (argument instanceof Argument.Buffer buffer) {
                buffer.file().ifPresent(inputs::add);
            }
        }
        return inputs;
    }

    /** Refuses before the work what could not be written after it. */
    void check(String file) {
        writing(file, () -> OutputFile.check(Path.of(file), existing, inputs));
    }

    void write(String file, byte[] content) {
        writing(file, () -> {
            OutputFile.write(Path.of(file), content, existing, inputs);
            inputs.add(Path.of(file));
        });
    }

    private interface Writing {
        void run() throws IOException;
    }

    private static void writing(String file, Writing writing) {
        try {
            writing.run();
        } catch (FileAlreadyExistsException taken) {
            throw new ToolException(taken.getMessage() + "; --overwrite replaces it");
        } catch (IOException failed) {
            throw new ToolException(failed.getMessage());
        } catch (InvalidPathException odd) {
            throw new ToolException(file + ": is no file name: " + odd.getReason());
        }
    }
}
