package dev.clipjet.ptx.nvptx;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A library as {@code ar} writes it, whose members are texts. */
final class Archive {
    private static final String MAGIC = "!<arch>\n";
    private static final int HEADER = 60;

    private Archive() {}

    /** The members by their names, in order. */
    static Map<String, String> read(Path file) throws IOException {
        String all = Files.readString(file, StandardCharsets.ISO_8859_1);
        if (!all.startsWith(MAGIC)) {
            throw new IOException(file + " is no archive");
        }
        Map<String, String> members = new LinkedHashMap<>();
        String longNames = "";
        int at = MAGIC.length();
        while (at + HEADER <= all.length()) {
            String name = all.substring(at, at + 16).stripTrailing();
            int size = Integer.parseInt(all.substring(at + 48, at + 58).strip());
            String content = all.substring(at + HEADER, at + HEADER + size);
            if (name.equals("//")) {
                longNames = content;
            } else if (!name.equals("/") && !name.equals("/SYM64/")) {
                if (name.startsWith("/")) {
                    int from = Integer.parseInt(name.substring(1));
                    name = longNames.substring(from, longNames.indexOf('/', from));
                } else if (name.endsWith("/")) {
                    name = name.substring(0, name.length() - 1);
                }
                members.put(name, content);
            }
            // Members begin at even places.
            at += HEADER + size + (size & 1);
        }
        return members;
    }
}
