package dev.clipjet.weights.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.file.ByteSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The header of a safetensors file: an unsigned 64-bit length N, then N bytes of JSON that give dtype, shape and byte
 * range of every tensor. Everything a reader could trip over is checked here, before a byte of data is touched.
 */
final class SafetensorsHeader {
    /** Bytes of the length in front of the JSON. */
    static final int LENGTH_BYTES = 8;

    /** The limit of the format's reference implementation. */
    private static final long MAX_HEADER_BYTES = 100_000_000;

    /** Ten times what the largest known model has; bounds the heap that a small hostile file can claim. */
    private static final int MAX_TENSORS = 100_000;

    private static final int MAX_RANK = 32;

    private static final String METADATA = "__metadata__";

    /** Names of one file are used once, so the JVM-wide table of interned strings stays out of it. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    /**
     * One tensor.
     *
     * @param begin first byte, relative to the end of the header
     * @param end byte after the last
     */
    record Entry(String name, ElementType dtype, List<Long> shape, long begin, long end) {}

    private final Path file;
    private final long fileBytes;
    private final long dataStart;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private boolean metadataSeen;

    private SafetensorsHeader(Path file, long fileBytes, long dataStart) {
        this.file = file;
        this.fileBytes = fileBytes;
        this.dataStart = dataStart;
    }

    /** Reads and checks the header. */
    static SafetensorsHeader read(ByteSource source) {
        Path file = source.path();
        long fileBytes = source.size();
        if (fileBytes < LENGTH_BYTES) {
            throw new ModelFormatException(
                    Kind.TRUNCATED,
                    file,
                    "byte 0",
                    "has " + fileBytes + " bytes, the length of the header alone takes " + LENGTH_BYTES);
        }
        long length = source.read(0, LENGTH_BYTES).getLong(0);
        if (length < 0 || length > MAX_HEADER_BYTES) {
            throw new ModelFormatException(
                    Kind.LIMIT,
                    file,
                    "byte 0",
                    "announces a header of " + Long.toUnsignedString(length) + " bytes, the format allows "
                            + MAX_HEADER_BYTES);
        }
        if (length > fileBytes - LENGTH_BYTES) {
            throw new ModelFormatException(
                    Kind.TRUNCATED,
                    file,
                    "byte 0",
                    "announces a header of " + length + " bytes, " + (fileBytes - LENGTH_BYTES) + " are there");
        }
        byte[] json = source.read(LENGTH_BYTES, (int) length).array();
        SafetensorsHeader header = new SafetensorsHeader(file, fileBytes, LENGTH_BYTES + length);
        header.checkUtf8(json);
        header.parse(json);
        header.checkLayout();
        return header;
    }

    /** Position in the file that the tensors' byte ranges count from. */
    long dataStart() {
        return dataStart;
    }

    Map<String, String> metadata() {
        return metadata;
    }

    /** The tensors in the order of their data. */
    List<Entry> entries() {
        List<Entry> sorted = new ArrayList<>(entries.values());
        sorted.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        return sorted;
    }

    /** The JSON parser accepts some byte sequences that are not UTF-8, such as surrogates, so this is done apart. */
    private void checkUtf8(byte[] json) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer bytes = ByteBuffer.wrap(json);
        CharBuffer chars = CharBuffer.allocate(8192);
        while (true) {
            var result = decoder.decode(bytes, chars, true);
            if (result.isError()) {
                throw malformed(byteOffset(bytes.position()), "the header is not valid UTF-8");
            }
            if (result.isUnderflow()) {
                return;
            }
            chars.clear();
        }
    }

    private void parse(byte[] json) {
        if (json.length == 0 || json[0] != '{') {
            throw malformed(byteOffset(0), "the header does not begin with '{'");
        }
        for (int i = 0; i < json.length; i++) {
            if (json[i] == 0) {
                // The parser would take it for a sign of UTF-16 or UTF-32, and read that.
                throw malformed(byteOffset(i), "the header is not valid JSON: it has a zero byte");
            }
        }
        try (JsonParser parser = JSON.createParser(json)) {
            try {
                readRoot(parser);
            } catch (StreamConstraintsException e) {
                throw new ModelFormatException(Kind.LIMIT, file, here(parser), e.getOriginalMessage(), e);
            } catch (JsonProcessingException e) {
                throw new ModelFormatException(
                        Kind.MALFORMED,
                        file,
                        here(parser),
                        "the header is not valid JSON: " + e.getOriginalMessage(),
                        e);
            }
        } catch (IOException e) {
            throw new ModelFormatException(
                    Kind.MALFORMED, file, "byte " + LENGTH_BYTES, "the header is not valid JSON: " + e.getMessage(), e);
        }
    }

    private void readRoot(JsonParser parser) throws IOException {
        parser.nextToken();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            if (name.equals(METADATA)) {
                readMetadata(parser);
            } else {
                readEntry(parser, name);
            }
        }
        if (parser.nextToken() != null) {
            throw malformed(here(parser), "more follows the end of the header's JSON object");
        }
    }

    private void readMetadata(JsonParser parser) throws IOException {
        if (metadataSeen) {
            throw malformed(here(parser), "the key " + METADATA + " occurs twice");
        }
        metadataSeen = true;
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw malformed(here(parser), METADATA + " must be an object that maps strings to strings");
        }
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            if (parser.nextToken() != JsonToken.VALUE_STRING) {
                throw malformed(
                        here(parser),
                        METADATA + " must map strings to strings, \"" + key + "\" has a value that is none");
            }
            if (metadata.put(key, parser.getText()) != null) {
                throw malformed(here(parser), "the key \"" + key + "\" occurs twice in " + METADATA);
            }
        }
    }

    private void readEntry(JsonParser parser, String name) throws IOException {
        if (entries.containsKey(name)) {
            throw malformed(tensor(name), "the name occurs twice, at " + here(parser) + " again");
        }
        if (entries.size() == MAX_TENSORS) {
            throw new ModelFormatException(
                    Kind.LIMIT, file, here(parser), "more than the " + MAX_TENSORS + " tensors that are allowed");
        }
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw malformed(tensor(name), "must be described by an object with dtype, shape and data_offsets");
        }
        String dtype = null;
        List<Long> shape = null;
        List<Long> offsets = null;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            boolean twice;
            switch (key) {
                case "dtype" -> {
                    twice = dtype != null;
                    if (parser.nextToken() != JsonToken.VALUE_STRING) {
                        throw malformed(tensor(name), "dtype must be a string");
                    }
                    dtype = parser.getText();
                }
                case "shape" -> {
                    twice = shape != null;
                    shape = readSizes(parser, name, key, MAX_RANK);
                }
                case "data_offsets" -> {
                    twice = offsets != null;
                    offsets = readSizes(parser, name, key, 2);
                }
                default -> throw malformed(tensor(name), "unknown key \"" + key + "\"");
            }
            if (twice) {
                throw malformed(tensor(name), "the key " + key + " occurs twice");
            }
        }
        if (dtype == null || shape == null || offsets == null || offsets.size() != 2) {
            throw malformed(tensor(name), "needs dtype, shape and the two numbers of data_offsets");
        }
        entries.put(name, checked(name, dtype, shape, offsets.get(0), offsets.get(1)));
    }

    private List<Long> readSizes(JsonParser parser, String name, String key, int most) throws IOException {
        if (parser.nextToken() != JsonToken.START_ARRAY) {
            throw malformed(tensor(name), key + " must be a list of whole numbers");
        }
        List<Long> sizes = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
                throw malformed(tensor(name), key + " must be a list of whole numbers");
            }
            if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER || parser.getLongValue() < 0) {
                throw malformed(
                        tensor(name), key + " has the number " + shortened(parser.getText()) + ", out of range");
            }
            if (sizes.size() == most) {
                throw malformed(tensor(name), key + " has more than " + most + " numbers");
            }
            sizes.add(parser.getLongValue());
        }
        return sizes;
    }

    private Entry checked(String name, String dtypeName, List<Long> shape, long begin, long end) {
        if (end < begin) {
            throw malformed(tensor(name), "data_offsets end before they begin: [" + begin + ", " + end + "]");
        }
        if (end > fileBytes - dataStart) {
            throw new ModelFormatException(
                    Kind.TRUNCATED,
                    file,
                    tensor(name),
                    "data_offsets [" + begin + ", " + end + "] reach past the " + (fileBytes - dataStart)
                            + " bytes of data in the file");
        }
        ElementType dtype = dtype(name, dtypeName);
        long bytes = dtype.bytes();
        try {
            // In the order of the reference implementation, in which a zero does not rescue what overflowed before it.
            long elements = 1;
            for (long size : shape) {
                elements = Math.multiplyExact(elements, size);
            }
            bytes = Math.multiplyExact(elements, bytes);
        } catch (ArithmeticException e) {
            throw new ModelFormatException(
                    Kind.MALFORMED, file, tensor(name), "the product of the shape " + shape + " overflows", e);
        }
        if (bytes != end - begin) {
            throw malformed(
                    tensor(name),
                    dtype + " " + shape + " takes " + bytes + " bytes, data_offsets [" + begin + ", " + end + "] give "
                            + (end - begin));
        }
        return new Entry(name, dtype, List.copyOf(shape), begin, end);
    }

    private ElementType dtype(String name, String dtype) {
        for (ElementType known : ElementType.values()) {
            if (known.name().equals(dtype)) {
                return known;
            }
        }
        throw new ModelFormatException(
                Kind.UNSUPPORTED, file, tensor(name), "the dtype \"" + shortened(dtype) + "\" is not supported");
    }

    private void checkLayout() {
        long end = 0;
        String before = "the header";
        for (Entry entry : entries()) {
            if (entry.begin() != end) {
                throw malformed(
                        tensor(entry.name()),
                        "data begins at " + entry.begin() + (entry.begin() < end ? ", before " : ", after ") + end
                                + " where " + before + " ends: "
                                + (entry.begin() < end ? "tensors overlap" : "a hole in the data"));
            }
            end = entry.end();
            before = tensor(entry.name());
        }
        if (dataStart + end != fileBytes) {
            throw malformed(
                    byteOffset(dataStart - LENGTH_BYTES + end),
                    "the last tensor ends here, but the file has " + fileBytes + " bytes");
        }
    }

    private ModelFormatException malformed(String place, String problem) {
        return new ModelFormatException(Kind.MALFORMED, file, place, problem);
    }

    private static String tensor(String name) {
        return "tensor \"" + shortened(name) + "\"";
    }

    private static String shortened(String text) {
        return text.length() <= 120 ? text : text.substring(0, 117) + "...";
    }

    private static String here(JsonParser parser) {
        return byteOffset(parser.currentLocation().getByteOffset());
    }

    private static String byteOffset(long inHeader) {
        return "byte " + (LENGTH_BYTES + inHeader);
    }
}
