package dev.clipjet.ptx.syntax;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Paths in {@code .file}: compilers write bytes that are not ASCII in octal, {@code \303\251}. */
final class SourcePath {
    private SourcePath() {}

    /** The path with its octal bytes read as UTF-8. */
    static String decode(String written) {
        if (written.indexOf('\\') < 0) {
            return written;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(written.length());
        for (int i = 0; i < written.length(); i++) {
            char c = written.charAt(i);
            if (c == '\\' && i + 3 < written.length() && isOctalByte(written, i + 1)) {
                bytes.write(Integer.parseInt(written, i + 1, i + 4, 8));
                i += 3;
            } else if (c == '\\' && i + 1 < written.length() && written.charAt(i + 1) == '\\') {
                bytes.write(c);
                i++;
            } else {
                bytes.write(c);
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static boolean isOctalByte(String text, int from) {
        return text.charAt(from) >= '0'
                && text.charAt(from) <= '3'
                && Character.digit(text.charAt(from + 1), 8) >= 0
                && Character.digit(text.charAt(from + 2), 8) >= 0;
    }
}
