package dev.clipjet.ptx.tool;

import dev.clipjet.fuzz.Bounds;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * The input is a kernel argument of the command line of {@code clipjet-ptx}: a number, a structure, an array and what it is
 * filled with. Arrays of more than 9,999 elements are left out: they are made as large as asked. In this package because the
 * parser is of it.
 */
public final class ArgumentTarget {
    private static final Pattern LARGE_ARRAY = Pattern.compile("\\[0*[1-9]\\d{4,}");

    /** An array of 9,999 structures or numbers, and what reads them. */
    private static final long ARRAY_BYTES = 1 << 20;

    private ArgumentTarget() {}

    public static void fuzzerTestOneInput(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        if (LARGE_ARRAY.matcher(text).find()) {
            return;
        }
        Bounds.check(input.length, ARRAY_BYTES, 1, () -> {
            try {
                ArgumentParser.parse(text, 0, "p");
            } catch (UsageException | ToolException e) {
                if (e.getMessage().isBlank()) {
                    throw new AssertionError("an error without words", e);
                }
            }
        });
    }
}
