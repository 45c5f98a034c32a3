package dev.clipjet.tokenizer.load;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * A token as a file declares it, before its id is settled.
 *
 * @param id the id that the file gives it, if it gives one
 * @param file the file that declares it
 * @param place where in the file
 */
record DeclaredToken(String content, OptionalInt id, boolean normalized, Path file, String place) {

    DeclaredToken withNormalized(boolean flag) {
        return new DeclaredToken(content, id, flag, file, place);
    }

    ModelFormatException error(String problem) {
        return new ModelFormatException(
                Kind.BAD_CONFIGURATION, file, place, "the token \"" + content + "\" " + problem);
    }
}
