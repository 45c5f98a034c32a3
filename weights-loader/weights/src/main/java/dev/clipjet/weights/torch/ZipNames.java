package dev.clipjet.weights.torch;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.weights.file.ByteSource;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Names of zip entries: relative paths with slashes that stay inside the archive. */
final class ZipNames {
    private ZipNames() {}

    /** Decodes a name and refuses those that could mean a place outside, though nothing is ever unpacked. */
    static String checked(ByteSource file, String place, byte[] raw) {
        String name;
        try {
            name = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(raw))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new ModelFormatException(
                    Kind.MALFORMED, file.path(), place, "the name of an entry is not valid UTF-8", e);
        }
        if (name.isEmpty()
                || name.startsWith("/")
                || name.chars().anyMatch(c -> c == '\\' || c == ':' || c < ' ')
                || ("/" + name + "/").contains("/../")) {
            throw new ModelFormatException(
                    Kind.MALFORMED, file.path(), place, "the name \"" + name + "\" is no path inside the archive");
        }
        return name;
    }
}
