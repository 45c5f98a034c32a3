package dev.clipjet.weights.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.clipjet.error.ClosedException;
import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.OpenFiles;
import dev.clipjet.weights.StoredTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class SafetensorsFileTest {
    @TempDir
    Path temp;

    @Test
    void readsTensorsInTheOrderOfTheirDataAndMetadata() throws IOException {
        Path path = write(
                "{\"__metadata__\":{\"format\":\"pt\",\"ü\":\"\"},"
                        + "\"late\":{\"dtype\":\"I32\",\"shape\":[2],\"data_offsets\":[4,12]},"
                        + "\"early\":{\"data_offsets\":[0,4],\"shape\":[],\"dtype\":\"F32\"}}   ",
                bytes(0, 0, 0x80, 0x3f, 7, 0, 0, 0, 255, 255, 255, 255));
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.path()).isEqualTo(path);
            assertThat(file.metadata()).containsEntry("format", "pt").containsEntry("ü", "");
            assertThat(file.tensors()).extracting(StoredTensor::name).containsExactly("early", "late");
            assertThat(file.tensor("early").shape()).isEmpty();
            assertThat(file.tensor("early").elements()).isEqualTo(1);
            assertThat(file.tensor("early").data().getFloat(0)).isEqualTo(1f);
            assertThat(file.tensor("late").shape()).containsExactly(2L);
            assertThat(file.tensor("late").data().asIntBuffer().get(0)).isEqualTo(7);
            assertThat(file.tensor("late").data().asIntBuffer().get(1)).isEqualTo(-1);
            assertThat(file.find("other")).isEmpty();
            assertThatThrownBy(() -> file.tensor("other"))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("other");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"F16", "BF16", "F32"})
    void readsEveryElementType(ElementType dtype) throws IOException {
        int bytes = 3 * dtype.bytes();
        Path path = write(
                "{\"a\":{\"dtype\":\"" + dtype + "\",\"shape\":[1,3],\"data_offsets\":[0," + bytes + "]}}",
                new byte[bytes]);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            StoredTensor tensor = file.tensor("a");
            assertThat(tensor.dtype()).isEqualTo(dtype);
            assertThat(tensor.elements()).isEqualTo(3);
            ByteBuffer data = tensor.data();
            assertThat(data.remaining()).isEqualTo(bytes);
            assertThat(data.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
        }
    }

    @Test
    void emptyTensorsMayShareAPlace() throws IOException {
        Path path = write(
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[0,5],\"data_offsets\":[0,0]},"
                        + "\"b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
                        + "\"c\":{\"dtype\":\"F64\",\"shape\":[0],\"data_offsets\":[1,1]},"
                        + "\"d\":{\"dtype\":\"F64\",\"shape\":[2,0],\"data_offsets\":[0,0]}}",
                bytes(42));
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.tensors()).hasSize(4);
            assertThat(file.tensor("b").data().get(0)).isEqualTo((byte) 42);
            assertThat(file.tensor("c").data().hasRemaining()).isFalse();
        }
    }

    @Test
    void aFileWithoutTensorsIsLegal() throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(write("{}", bytes()))) {
            assertThat(file.tensors()).isEmpty();
        }
    }

    @Test
    void viewsHavePositionsOfTheirOwn() throws IOException {
        Path path = write("{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}", bytes(1, 2));
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            file.tensor("a").data().get();
            assertThat(file.tensor("a").data().get()).isEqualTo((byte) 1);
        }
    }

    static Stream<Arguments> malformed() {
        String good = "\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]";
        return Stream.of(
                fault("empty header", "", 0, Kind.MALFORMED, "byte 8", "does not begin with '{'"),
                fault("leading space", " {}", 0, Kind.MALFORMED, "byte 8", "does not begin with '{'"),
                fault("an array", "[]", 0, Kind.MALFORMED, "byte 8", "does not begin with '{'"),
                fault("unclosed", "{\"a\":{", 0, Kind.MALFORMED, "byte ", "not valid JSON"),
                fault("comment", "{/**/}", 0, Kind.MALFORMED, "byte ", "not valid JSON"),
                fault("trailing comma", "{\"a\":{" + good + "},}", 1, Kind.MALFORMED, "byte ", "not valid JSON"),
                fault("second value", "{} {}", 0, Kind.MALFORMED, "byte ", "more follows"),
                fault("zero bytes behind", "{}\0\0", 0, Kind.MALFORMED, "byte ", "not valid JSON"),
                fault("entry is no object", "{\"a\":3}", 0, Kind.MALFORMED, "\"a\"", "must be described by"),
                fault("entry is null", "{\"a\":null}", 0, Kind.MALFORMED, "\"a\"", "must be described by"),
                fault(
                        "no dtype",
                        "{\"a\":{\"shape\":[1],\"data_offsets\":[0,1]}}",
                        1,
                        Kind.MALFORMED,
                        "\"a\"",
                        "needs"),
                fault(
                        "no shape",
                        "{\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,1]}}",
                        1,
                        Kind.MALFORMED,
                        "\"a\"",
                        "needs"),
                fault("no offsets", "{\"a\":{\"dtype\":\"U8\",\"shape\":[1]}}", 1, Kind.MALFORMED, "\"a\"", "needs"),
                fault(
                        "one offset",
                        "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0]}}",
                        1,
                        Kind.MALFORMED,
                        "\"a\"",
                        "two numbers"),
                fault(
                        "three offsets",
                        "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1,1]}}",
                        1,
                        Kind.MALFORMED,
                        "\"a\"",
                        "more than 2"),
                fault(
                        "unknown key",
                        "{\"a\":{" + good + ",\"strides\":[1]}}",
                        1,
                        Kind.MALFORMED,
                        "\"a\"",
                        "\"strides\""),
                fault(
                        "dtype twice",
                        "{\"a\":{" + good + ",\"dtype\":\"U8\"}}",
                        1,
                        Kind.MALFORMED,
                        "\"a\"",
                        "dtype occurs twice"),
                fault(
                        "shape twice",
                        "{\"a\":{" + good + ",\"shape\":[1]}}",
                        1,
                        Kind.MALFORMED,
                        "\"a\"",
                        "shape occurs twice"),
                fault(
                        "dtype is a number",
                        "{\"a\":{\"dtype\":8,\"shape\":[1],\"data_offsets\":[0,1]}}",
                        1,
                        Kind.MALFORMED,
                        "\"a\"",
                        "dtype must be a string"),
                fault(
                        "nested shape",
                        "{\"a\":{\"dtype\":\"U8\",\"shape\":[[1]],\"data_offsets\":[0,1]}}",
                        1,
                        Kind.MALFORMED,
                        "\"a\"",
                        "whole numbers"),
                fault(
                        "huge number",
                        "{\"a\":{\"dtype\":\"U8\",\"shape\":[18446744073709551617],\"data_offsets\":[0,1]}}",
                        1,
                        Kind.MALFORMED,
                        "\"a\"",
                        "18446744073709551617"),
                fault(
                        "overflow saved by a zero",
                        "{\"a\":{\"dtype\":\"U8\",\"shape\":[4294967296,4294967296,0],\"data_offsets\":[0,0]}}",
                        0,
                        Kind.MALFORMED,
                        "\"a\"",
                        "overflows"),
                fault(
                        "overflow by the element size",
                        "{\"a\":{\"dtype\":\"F64\",\"shape\":[2305843009213693952],\"data_offsets\":[0,0]}}",
                        0,
                        Kind.MALFORMED,
                        "\"a\"",
                        "overflows"),
                fault(
                        "too many dimensions",
                        "{\"a\":{\"dtype\":\"U8\",\"shape\":[" + "1,".repeat(40) + "1],\"data_offsets\":[0,1]}}",
                        1,
                        Kind.MALFORMED,
                        "\"a\"",
                        "more than 32"),
                fault(
                        "first does not begin at 0",
                        "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]}}",
                        2,
                        Kind.MALFORMED,
                        "\"a\"",
                        "hole"),
                fault(
                        "same range twice",
                        "{\"a\":{" + good + "},\"b\":{" + good + "}}",
                        1,
                        Kind.MALFORMED,
                        "\"b\"",
                        "overlap"),
                fault("data without tensors", "{}", 5, Kind.MALFORMED, "byte 10", "has 15 bytes"),
                fault("data is short", "{\"a\":{" + good + "}}", 0, Kind.TRUNCATED, "\"a\"", "reach past the 0 bytes"),
                fault(
                        "metadata is a list",
                        "{\"__metadata__\":[]}",
                        0,
                        Kind.MALFORMED,
                        "byte ",
                        "maps strings to strings"),
                fault("metadata of numbers", "{\"__metadata__\":{\"a\":1}}", 0, Kind.MALFORMED, "byte ", "\"a\""),
                fault(
                        "metadata twice",
                        "{\"__metadata__\":{},\"__metadata__\":{}}",
                        0,
                        Kind.MALFORMED,
                        "byte ",
                        "occurs twice"),
                fault(
                        "metadata key twice",
                        "{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}",
                        0,
                        Kind.MALFORMED,
                        "byte ",
                        "\"a\" occurs twice"),
                fault(
                        "dtype of the format that is not supported",
                        "{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[1],\"data_offsets\":[0,1]}}",
                        1,
                        Kind.UNSUPPORTED,
                        "\"a\"",
                        "F8_E4M3"),
                fault(
                        "name of 100,000 letters",
                        "{\"" + "x".repeat(100_000) + "\":{" + good + "}}",
                        1,
                        Kind.LIMIT,
                        "byte ",
                        ""));
    }

    private static Arguments fault(String what, String header, int dataBytes, Kind kind, String place, String words) {
        return Arguments.of(what, header, dataBytes, kind, place, words);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void refuses(String what, String header, int dataBytes, Kind kind, String place, String words) throws IOException {
        Path path = write(header, new byte[dataBytes]);
        ModelFormatException error = refusal(path);
        assertThat(error.kind()).as(error.getMessage()).isEqualTo(kind);
        assertThat(error.file()).isEqualTo(path.toString());
        assertThat(error.place()).contains(place);
        assertThat(error).hasMessageContaining(words);
    }

    @Test
    void refusesSurrogatesInUtf8() throws IOException {
        byte[] surrogate = {'{', '"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"', ':', '1', '}'};
        ModelFormatException error = refusal(write(surrogate, bytes()));
        assertThat(error.kind()).isEqualTo(Kind.MALFORMED);
        assertThat(error.place()).isEqualTo("byte 10");
        assertThat(error).hasMessageContaining("UTF-8");
    }

    @Test
    void refusesOtherEncodings() throws IOException {
        for (String encoding : new String[] {"UTF-16LE", "UTF-32LE"}) {
            ModelFormatException error = refusal(write("{}".getBytes(encoding), bytes()));
            assertThat(error.kind()).isEqualTo(Kind.MALFORMED);
            assertThat(error.place()).isEqualTo("byte 9");
        }
    }

    @Test
    void refusesMoreTensorsThanAnyModelHas() throws IOException {
        StringBuilder header = new StringBuilder("{");
        for (int i = 0; i <= 100_000; i++) {
            header.append(i == 0 ? "" : ",")
                    .append("\"t")
                    .append(i)
                    .append("\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}");
        }
        assertThat(refusal(write(header.append('}').toString(), bytes())).kind())
                .isEqualTo(Kind.LIMIT);
    }

    @Test
    void aMissingFileIsNamed() {
        Path path = temp.resolve("nowhere.safetensors");
        ModelFormatException error = refusal(path);
        assertThat(error.kind()).isEqualTo(Kind.MISSING);
        assertThat(error).hasMessageContaining("nowhere.safetensors");
        assertThat(refusal(temp).kind()).isEqualTo(Kind.MISSING);
    }

    @Test
    void mapsFilesOfMoreThanTwoGiB() throws IOException {
        long half = 1_500_000_000L;
        Path path = sparse(
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[" + half + "],\"data_offsets\":[0," + half + "]},"
                        + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[" + half + "," + (half + 4) + "]},"
                        + "\"c\":{\"dtype\":\"U8\",\"shape\":[" + half + "],\"data_offsets\":[" + (half + 4) + ","
                        + (2 * half + 4) + "]}}",
                2 * half + 4);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.tensor("b").data().getFloat()).isZero();
            ByteBuffer last = file.tensor("c").data();
            assertThat(last.remaining()).isEqualTo((int) half);
            assertThat(last.get((int) half - 1)).isEqualTo((byte) 77);
        }
    }

    @Test
    void refusesATensorOfTwoGiB() throws IOException {
        long size = 1L << 31;
        ModelFormatException error = refusal(
                sparse("{\"a\":{\"dtype\":\"U8\",\"shape\":[" + size + "],\"data_offsets\":[0," + size + "]}}", size));
        assertThat(error.kind()).isEqualTo(Kind.UNSUPPORTED);
        assertThat(error).hasMessageContaining("\"a\"").hasMessageContaining("2147483648 bytes");
    }

    @Test
    void closingEndsAllUse() throws IOException {
        Path path = write("{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", bytes(1));
        SafetensorsFile file = SafetensorsFile.open(path);
        StoredTensor before = file.tensor("a");
        file.close();
        file.close();
        assertThatThrownBy(file::tensors).isInstanceOf(ClosedException.class).hasMessageContaining(path.toString());
        assertThatThrownBy(before::data).isInstanceOf(ClosedException.class).hasMessageContaining(path.toString());
        assertThatThrownBy(() -> file.tensor("a")).isInstanceOf(ClosedException.class);
        assertThatThrownBy(() -> file.find("a")).isInstanceOf(ClosedException.class);
    }

    @Test
    void nothingStaysOpen() throws IOException {
        Assumptions.assumeTrue(OpenFiles.areListed(), "only Linux lists them");
        Path good = write("{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", bytes(1));
        for (int i = 0; i < 200; i++) {
            SafetensorsFile.open(good).close();
        }
        long tooLong = 1L << 31;
        Path bad = sparse(
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},\"b\":{\"dtype\":\"U8\",\"shape\":["
                        + tooLong + "],\"data_offsets\":[1," + (tooLong + 1) + "]}}",
                tooLong + 1);
        refusal(bad);
        assertThat(OpenFiles.under(temp)).isEmpty();
    }

    private static ModelFormatException refusal(Path path) {
        ModelFormatException error = catchThrowableOfType(
                ModelFormatException.class, () -> SafetensorsFile.open(path).close());
        assertThat(error).as("no error for " + path).isNotNull();
        return error;
    }

    private Path write(String header, byte[] data) throws IOException {
        return write(header.getBytes(StandardCharsets.UTF_8), data);
    }

    private Path write(byte[] header, byte[] data) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(8 + header.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header)
                .put(data);
        return Files.write(temp.resolve("file.safetensors"), content.array());
    }

    /** A file with a hole for its data, whose last byte is 77. */
    private Path sparse(String header, long dataBytes) throws IOException {
        Path path = Files.createTempFile(temp, "sparse", ".safetensors");
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        Files.delete(path);
        try (FileChannel channel = FileChannel.open(
                path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            ByteBuffer start = ByteBuffer.allocate(8 + json.length)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(json.length)
                    .put(json)
                    .flip();
            channel.write(start, 0);
            channel.write(ByteBuffer.wrap(new byte[] {77}), 8 + json.length + dataBytes - 1);
        }
        return path;
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
