package dev.clipjet.tokenizer.load;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * A token as a file declares it, before its id is settled.
 *
 * @param id the id that the file gives it, if it gives one
 * @param special whether it has a role beside its text
 * @param normalized whether it is found after normalization
 * @param file the file that declares it
 * @param place where in the file
 */
record DeclaredToken(String content, OptionalInt id, boolean special, boolean normalized, Path file, String place) {

    DeclaredToken {
        if (content.isEmpty()) {
            throw new ModelFormatException(Kind.BAD_CONFIGURATION, file, place, "is an empty token");
        }
    }

    /** The same token in a role. */
    DeclaredToken inRole(boolean normalizedToo) {
        return new DeclaredToken(content, id, true, normalizedToo, file, place);
    }

    ModelFormatException error(String problem) {
        return new ModelFormatException(
                Kind.BAD_CONFIGURATION, file, place, "the token \"" + content + "\" " + problem);
    }
}
