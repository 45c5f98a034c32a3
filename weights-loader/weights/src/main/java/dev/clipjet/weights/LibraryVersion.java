package dev.clipjet.weights;

import dev.clipjet.json.JsonObject;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Version of the transformers library that wrote a directory. Version 5 prepares images and texts differently, and the
 * files carry no other mark of it.
 *
 * @param isFive version 5 or later
 * @param reason the version in words, for reports
 */
record LibraryVersion(boolean isFive, String reason) {
    private static final String KEY = "transformers_version";
    private static final Pattern VERSION = Pattern.compile("(\\d{1,6})\\..*");

    /** The version in a configuration; without one it counts as older than version 5, which always writes it. */
    static LibraryVersion of(JsonObject config) {
        String version = config.optionalString(KEY).orElse("");
        Matcher matcher = VERSION.matcher(version);
        String file = config.file().getFileName().toString();
        if (!matcher.matches()) {
            return new LibraryVersion(
                    false, file + " names no version of transformers that can be read, so version 4 or earlier");
        }
        return new LibraryVersion(
                Integer.parseInt(matcher.group(1)) >= 5, "written by transformers " + version + " (" + file + ")");
    }
}
