package dev.clipjet.cli;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/**
 * An image that was asked for.
 *
 * @param name as the user wrote it, or as it was found in a folder or by a pattern
 * @param file where it is; names of files that are not UTF-8 cannot be found again by their text
 * @param problem why there is no such image
 */
record ImageInput(String name, Optional<Path> file, Optional<String> problem) {
    private static final Set<String> ENDINGS = Set.of("jpg", "jpeg", "png", "gif", "webp", "bmp", "tif", "tiff");

    Path path() {
        return file.orElseThrow();
    }

    /** Files as they are, folders as the images directly in them, patterns as the files that match, both sorted. */
    static List<ImageInput> expand(List<String> arguments) {
        List<ImageInput> images = new ArrayList<>();
        for (String argument : arguments) {
            try {
                images.addAll(expand(argument));
            } catch (InvalidPathException e) {
                images.add(bad(argument, "is no file name: " + e.getReason()));
            } catch (IOException | java.io.UncheckedIOException e) {
                images.add(bad(argument, "cannot be listed: " + e.getMessage()));
            }
        }
        return images;
    }

    private static List<ImageInput> expand(String argument) throws IOException {
        boolean pattern = isPattern(argument);
        if (pattern && (!canBePath(argument) || !Files.exists(Path.of(argument)))) {
            List<ImageInput> matches = matches(argument);
            return matches.isEmpty() ? List.of(bad(argument, "no file matches")) : matches;
        }
        Path path = Path.of(argument);
        if (Files.isDirectory(path)) {
            List<ImageInput> images = folder(path);
            return images.isEmpty() ? List.of(bad(argument, "the folder has no images")) : images;
        }
        return List.of(Files.exists(path) ? found(path) : bad(argument, "no such file"));
    }

    /** Whether a text has the marks of a file name pattern. */
    static boolean isPattern(String argument) {
        return argument.chars().anyMatch(c -> "*?[{".indexOf(c) >= 0);
    }

    private static boolean canBePath(String argument) {
        try {
            return Path.of(argument) != null;
        } catch (InvalidPathException e) {
            return false; // Windows allows no asterisk in a path.
        }
    }

    private static List<ImageInput> folder(Path folder) throws IOException {
        try (Stream<Path> content = Files.list(folder)) {
            return content.filter(ImageInput::looksLikeImage)
                    .filter(Files::isRegularFile)
                    .sorted()
                    .map(ImageInput::found)
                    .toList();
        }
    }

    private static boolean looksLikeImage(Path file) {
        String name = file.getFileName().toString();
        String ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return !name.startsWith(".") && ENDINGS.contains(ending);
    }

    private static List<ImageInput> matches(String pattern) throws IOException {
        int firstMark = 0;
        while (!isPattern(pattern.substring(firstMark, firstMark + 1))) {
            firstMark++;
        }
        int slash = pattern.lastIndexOf('/', firstMark);
        Path base = Path.of(slash < 0 ? "" : pattern.substring(0, slash + 1));
        String rest = pattern.substring(slash + 1);
        if (!Files.isDirectory(base)) {
            return List.of();
        }
        FileSystem fileSystem = base.getFileSystem();
        PathMatcher matcher;
        try {
            matcher = fileSystem.getPathMatcher("glob:" + rest);
        } catch (PatternSyntaxException e) {
            return List.of(bad(pattern, "is no pattern: " + e.getDescription()));
        }
        int depth = rest.contains("**")
                ? Integer.MAX_VALUE
                : (int) rest.chars().filter(c -> c == '/').count() + 1;
        try (Stream<Path> tree = Files.walk(base, depth)) {
            return tree.filter(path -> !path.equals(base) && matcher.matches(base.relativize(path)))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .map(ImageInput::found)
                    .toList();
        }
    }

    private static ImageInput found(Path path) {
        return new ImageInput(path.toString(), Optional.of(path), Optional.empty());
    }

    private static ImageInput bad(String name, String problem) {
        return new ImageInput(name, Optional.empty(), Optional.of(problem));
    }
}
