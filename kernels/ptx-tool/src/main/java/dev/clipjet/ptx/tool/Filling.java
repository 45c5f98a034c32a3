package dev.clipjet.ptx.tool;

import dev.clipjet.input.InputFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;

/** What the elements of a buffer are before the launch, as the command line describes it. */
final class Filling {
    static final String FORMS = "zeros, range, value:V, random[:SEED[:LOW:HIGH]], file:PATH";
    private static final String FILE = "file:";
    private static final double FRACTIONS = 1;
    private static final long INTEGERS = 100;

    private Filling() {}

    /**
     * The bytes of a buffer.
     *
     * @param text {@code zeros}, {@code range}, {@code random:7} ...
     * @param position position of the argument, the seed where none is written
     */
    static byte[] bytes(String text, ElementFormat format, int count, int position) {
        ByteBuffer buffer = ByteBuffer.allocate(count * format.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        int colon = text.indexOf(':');
        String form = colon < 0 ? text : text.substring(0, colon);
        String detail = colon < 0 ? null : text.substring(colon + 1);
        switch (form) {
            case "zeros" -> none(text, detail);
            case "range" -> {
                none(text, detail);
                each(format, count, i -> format.putLong(i, buffer, i * format.bytes()));
            }
            case "value" -> {
                byte[] element = new byte[format.bytes()];
                format.parse(some(text, detail), ByteBuffer.wrap(element).order(ByteOrder.LITTLE_ENDIAN), 0);
                each(format, count, i -> buffer.put(i * format.bytes(), element));
            }
            case "random" -> random(detail, format, count, position, buffer);
            case "file" -> {
                return file(some(text, detail), format, count);
            }
            default -> throw new UsageException("a buffer cannot be filled with " + text + "; the forms are " + FORMS);
        }
        return buffer.array();
    }

    private interface Element {
        void put(int index);
    }

    private static void each(ElementFormat format, int count, Element element) {
        for (int i = 0; i < count; i++) {
            element.put(i);
        }
    }

    /** Fractions in [-1, 1), integers in [-100, 100] or [0, 100], or what the bounds say, integers with both ends. */
    private static void random(String detail, ElementFormat format, int count, int position, ByteBuffer buffer) {
        String[] parts = detail == null ? new String[0] : detail.split(":", -1);
        if (parts.length != 0 && parts.length != 1 && parts.length != 3) {
            throw new UsageException("random:" + detail + " is not random[:SEED[:LOW:HIGH]]");
        }
        try {
            Random random = new Random(parts.length == 0 ? position : Long.parseLong(parts[0]));
            if (format.fraction()) {
                double low = parts.length == 3 ? Double.parseDouble(parts[1]) : -FRACTIONS;
                double high = parts.length == 3 ? Double.parseDouble(parts[2]) : FRACTIONS;
                ordered(low < high, detail);
                each(
                        format,
                        count,
                        i -> format.putDouble(low + (high - low) * random.nextFloat(), buffer, i * format.bytes()));
            } else {
                long low = parts.length == 3 ? Long.parseLong(parts[1]) : format.signed() ? -INTEGERS : 0;
                long high = parts.length == 3 ? Long.parseLong(parts[2]) : INTEGERS;
                ordered(low <= high && high - low >= 0 && high - low < Long.MAX_VALUE, detail);
                ByteBuffer probe = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
                format.parse(Long.toString(low), probe, 0);
                format.parse(Long.toString(high), probe, 0);
                each(
                        format,
                        count,
                        i -> format.putLong(
                                low + Math.floorMod(random.nextLong(), high - low + 1), buffer, i * format.bytes()));
            }
        } catch (NumberFormatException wrong) {
            throw new UsageException("random:" + detail + " is not random[:SEED[:LOW:HIGH]]");
        }
    }

    private static void ordered(boolean is, String detail) {
        if (!is) {
            throw new UsageException("random:" + detail + " has bounds with nothing between them");
        }
    }

    /** The file that a filling names. */
    static Optional<Path> source(String text) {
        return text.startsWith(FILE) ? Optional.of(Path.of(text.substring(FILE.length()))) : Optional.empty();
    }

    private static byte[] file(String name, ElementFormat format, int count) {
        try {
            Path path = Path.of(name);
            long expected = (long) count * format.bytes();
            long size = InputFiles.size(path);
            if (size != expected) {
                throw new UsageException(
                        name + " has " + size + " bytes; " + format.label() + "[" + count + "] needs " + expected);
            }
            return InputFiles.read(path, expected);
        } catch (IOException | InvalidPathException unreadable) {
            throw PtxFile.unreadable(name, unreadable);
        }
    }

    private static void none(String text, String detail) {
        if (detail != null) {
            throw new UsageException("a buffer cannot be filled with " + text + "; the forms are " + FORMS);
        }
    }

    private static String some(String text, String detail) {
        if (detail == null || detail.isEmpty()) {
            throw new UsageException("a buffer cannot be filled with " + text + "; the forms are " + FORMS);
        }
        return detail;
    }
}
