package dev.clipjet.ptx.tool;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

/** Writes the buffers that a kernel filled: to a person, a program, or a file. */
final class OutputReport {
    private static final int COLUMNS = 8;

    private OutputReport() {}

    /** Length, range, and the first elements; {@code ?} is an element of which nobody wrote some byte. */
    static void print(Outcome.Output output, int shown, PrintWriter out) {
        Argument.Buffer buffer = output.buffer();
        ElementFormat format = buffer.format();
        ByteBuffer bytes = bytes(output);
        int unwritten = 0;
        int odd = 0;
        int least = -1;
        int most = -1;
        for (int i = 0; i < buffer.count(); i++) {
            double value = format.number(bytes, i * format.bytes());
            if (!written(output, i)) {
                unwritten++;
            } else if (Double.isNaN(value)) {
                odd++;
            } else {
                least = least < 0 || value < at(bytes, format, least) ? i : least;
                most = most < 0 || value > at(bytes, format, most) ? i : most;
            }
        }
        out.println(buffer.name() + ": " + buffer.shape()
                + (least < 0 ? "" : ", from " + text(bytes, format, least) + " to " + text(bytes, format, most))
                + (odd == 0 ? "" : ", " + odd + " NaN")
                + (unwritten == 0 ? "" : ", " + unwritten + " never written"));
        int count = Math.min(shown, buffer.count());
        int width = Integer.toString(Math.max(0, count - 1)).length();
        for (int row = 0; row < count; row += COLUMNS) {
            StringBuilder line = new StringBuilder(String.format("  %" + width + "d:", row));
            for (int i = row; i < Math.min(count, row + COLUMNS); i++) {
                line.append(' ').append(written(output, i) ? text(bytes, format, i) : "?");
            }
            out.println(line);
        }
        if (count < buffer.count()) {
            out.println("  and " + (buffer.count() - count) + " more; --show " + buffer.count()
                    + " prints them, --save " + buffer.name() + "=FILE keeps them");
        }
    }

    /** All elements; null for those of which nobody wrote some byte, strings for those that JSON cannot write. */
    static ObjectNode json(Outcome.Output output) {
        Argument.Buffer buffer = output.buffer();
        ElementFormat format = buffer.format();
        ByteBuffer bytes = bytes(output);
        ObjectNode node = Json.object()
                .put("name", buffer.name())
                .put("type", format.label())
                .put("count", buffer.count());
        ArrayNode values = node.putArray("values");
        for (int i = 0; i < buffer.count(); i++) {
            int at = i * format.bytes();
            if (!written(output, i)) {
                values.addNull();
            } else if (!format.fraction()) {
                values.add(new BigInteger(format.text(bytes, at)));
            } else if (!Double.isFinite(format.number(bytes, at))) {
                values.add(format.text(bytes, at));
            } else if (format == ElementFormat.F64) {
                values.add(bytes.getDouble(at));
            } else {
                values.add((float) format.number(bytes, at));
            }
        }
        return node;
    }

    /** Checks before the launch that what is to be saved exists. */
    static void requireNames(Map<String, String> saved, List<Argument> arguments) {
        saved.keySet().forEach(name -> {
            if (!Signature.buffer(arguments, name).output()) {
                throw new UsageException("--save " + name + ": it is an in buffer; out and inout are saved");
            }
        });
    }

    /** Writes the raw bytes, little-endian, of the buffers to be saved. */
    static void save(Map<String, String> saved, List<Outcome.Output> outputs, SavedFiles files) {
        for (Outcome.Output output : outputs) {
            String file = saved.get(output.buffer().name());
            if (file != null) {
                files.write(file, output.bytes());
            }
        }
    }

    private static boolean written(Outcome.Output output, int index) {
        int bytes = output.buffer().format().bytes();
        int clear = output.written().nextClearBit(index * bytes);
        return clear >= (index + 1) * bytes;
    }

    private static ByteBuffer bytes(Outcome.Output output) {
        return ByteBuffer.wrap(output.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static double at(ByteBuffer bytes, ElementFormat format, int index) {
        return format.number(bytes, index * format.bytes());
    }

    private static String text(ByteBuffer bytes, ElementFormat format, int index) {
        return format.text(bytes, index * format.bytes());
    }
}
