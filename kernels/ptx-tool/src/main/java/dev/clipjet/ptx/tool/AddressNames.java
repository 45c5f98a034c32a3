package dev.clipjet.ptx.tool;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Says of the addresses in reports which element of which argument lies there. */
final class AddressNames {
    private static final Pattern ADDRESS = Pattern.compile("0x([0-9a-f]{9,16})\\b");

    private final Map<Argument.Buffer, Long> buffers;

    AddressNames(Map<Argument.Buffer, Long> buffers) {
        this.buffers = Map.copyOf(buffers);
    }

    private record Spot(Argument.Buffer buffer, long offset) {
        /** {@code x[3]}, {@code x[3]+1} within an element, {@code x+256 bytes} outside. */
        String text() {
            int each = buffer.format().bytes();
            if (offset < 0 || offset >= buffer.bytes()) {
                return buffer.name() + (offset < 0 ? " - " + -offset : " + " + offset) + " bytes, outside "
                        + buffer.shape();
            }
            return buffer.name() + "[" + offset / each + "]" + (offset % each == 0 ? "" : "+" + offset % each);
        }
    }

    /** The text with {@code (x[3])} behind every address of an argument. */
    String explain(String text) {
        return ADDRESS.matcher(text).replaceAll(match -> {
            Spot spot = spot(match);
            return match.group() + (spot == null ? "" : " (" + spot.text().replace("$", "\\$") + ")");
        });
    }

    /** The addresses of arguments that a text names. */
    ArrayNode json(String text) {
        ArrayNode array = Json.array();
        ADDRESS.matcher(text).results().forEach(match -> {
            Spot spot = spot(match);
            if (spot != null) {
                ObjectNode node = array.addObject()
                        .put("address", match.group())
                        .put("argument", spot.buffer.name())
                        .put("byte", spot.offset);
                if (spot.offset >= 0 && spot.offset < spot.buffer.bytes()) {
                    node.put("element", spot.offset / spot.buffer.format().bytes());
                }
            }
        });
        return array;
    }

    /** Allocations lie 4 GiB apart, so the upper half of an address says which one is meant. */
    private Spot spot(MatchResult match) {
        long address = Long.parseUnsignedLong(match.group(1), 16);
        for (Map.Entry<Argument.Buffer, Long> entry : buffers.entrySet()) {
            if (entry.getValue() >>> 32 == address >>> 32) {
                return new Spot(entry.getKey(), address - entry.getValue());
            }
        }
        return null;
    }
}
