package dev.clipjet.ptx.tool;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code --arg}: {@code n=i32:1000}, {@code in:f32[64]=random:7}, {@code struct:i32:4,f32:2}, {@code ref:x+16}. */
final class ArgumentParser {
    static final String FORMS = "[NAME=]TYPE:VALUE, [NAME=]in:TYPE[N]=FILLING, [NAME=]out:TYPE[N], "
            + "[NAME=]inout:TYPE[N]=FILLING, [NAME=]ref:NAME[+BYTES], [NAME=]struct:TYPE:VALUE,..., [NAME=]bytes:HEX";

    private static final Pattern NAMED = Pattern.compile("([A-Za-z_][A-Za-z0-9_]*)=(.*)", Pattern.DOTALL);
    private static final Pattern BUFFER = Pattern.compile("([A-Za-z0-9]+)\\[(\\d{1,19})](?:=(.*))?", Pattern.DOTALL);
    private static final int MAX_BYTES = Integer.MAX_VALUE - 4096;

    private ArgumentParser() {}

    /**
     * Reads one argument.
     *
     * @param text as written
     * @param position from 0
     * @param parameter the parameter's name in the kernel, taken where the text names none
     */
    static Argument parse(String text, int position, String parameter) {
        Matcher named = NAMED.matcher(text);
        String name = parameter;
        String rest = text;
        if (named.matches()) {
            name = named.group(1);
            rest = named.group(2);
        }
        int colon = rest.indexOf(':');
        if (colon < 0) {
            throw wrong(position, text);
        }
        String kind = rest.substring(0, colon);
        String detail = rest.substring(colon + 1);
        try {
            return switch (kind) {
                case "in", "out", "inout" -> buffer(name, text, kind, detail, position);
                case "struct" -> structure(name, text, detail);
                case "bytes" -> new Argument.Value(name, text, HexFormat.of().parseHex(detail), 1);
                case "ref" -> alias(name, text, detail);
                default -> scalar(name, text, kind, detail);
            };
        } catch (UsageException inside) {
            throw new UsageException("argument " + position + ", " + text + ": " + inside.getMessage());
        } catch (IllegalArgumentException odd) {
            throw wrong(position, text);
        }
    }

    private static UsageException wrong(int position, String text) {
        return new UsageException("argument " + position + ", " + text + ": the forms are " + FORMS);
    }

    private static Argument scalar(String name, String text, String type, String value) {
        ElementFormat format = ElementFormat.of(type);
        ByteBuffer bytes = ByteBuffer.allocate(format.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        format.parse(value, bytes, 0);
        return new Argument.Value(name, text, bytes.array(), format.bytes());
    }

    /** Members at the next multiple of their size, as C lays them out. */
    private static Argument structure(String name, String text, String detail) {
        List<String> members = List.of(detail.split(",", -1));
        List<ElementFormat> formats = new ArrayList<>();
        List<Integer> offsets = new ArrayList<>();
        int end = 0;
        int alignment = 1;
        for (String member : members) {
            ElementFormat format = ElementFormat.of(member.split(":", 2)[0]);
            end = end + format.bytes() - 1 & -format.bytes();
            formats.add(format);
            offsets.add(end);
            end += format.bytes();
            alignment = Math.max(alignment, format.bytes());
        }
        byte[] bytes = new byte[end + alignment - 1 & -alignment];
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < members.size(); i++) {
            String[] parts = members.get(i).split(":", 2);
            if (parts.length < 2) {
                throw new UsageException("the member " + members.get(i) + " is not TYPE:VALUE");
            }
            formats.get(i).parse(parts[1], buffer, offsets.get(i));
        }
        return new Argument.Value(name, text, bytes, alignment);
    }

    private static Argument buffer(String name, String text, String kind, String detail, int position) {
        Matcher matcher = BUFFER.matcher(detail);
        if (!matcher.matches()) {
            throw new UsageException("a buffer is written " + kind + ":TYPE[N]"
                    + (kind.equals("out") ? "" : "=FILLING, such as " + kind + ":f32[1024]=random:1"));
        }
        ElementFormat format = ElementFormat.of(matcher.group(1));
        long count;
        try {
            count = Long.parseLong(matcher.group(2));
        } catch (NumberFormatException tooLong) {
            count = Long.MAX_VALUE;
        }
        if (count < 1 || count > MAX_BYTES / format.bytes()) {
            throw new UsageException("a buffer has at least 1 element and at most " + MAX_BYTES + " bytes");
        }
        String filling = matcher.group(3);
        boolean input = !kind.equals("out");
        if (input && filling == null) {
            throw new UsageException("it needs a filling: " + Filling.FORMS);
        }
        if (!input && filling != null) {
            throw new UsageException("an out buffer begins unwritten; inout takes a filling");
        }
        byte[] initial = input ? Filling.bytes(filling, format, (int) count, position) : null;
        return new Argument.Buffer(
                name,
                text,
                input,
                !kind.equals("in"),
                format,
                (int) count,
                initial,
                input ? Filling.source(filling) : Optional.empty());
    }

    private static Argument alias(String name, String text, String detail) {
        int plus = detail.indexOf('+');
        String target = plus < 0 ? detail : detail.substring(0, plus);
        return new Argument.Alias(name, text, target, plus < 0 ? 0 : Long.parseLong(detail.substring(plus + 1)));
    }
}
