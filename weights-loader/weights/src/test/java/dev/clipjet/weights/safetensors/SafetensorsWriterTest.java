package dev.clipjet.weights.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.error.ClosedException;
import dev.clipjet.error.InvalidInputException;
import dev.clipjet.files.Existing;
import dev.clipjet.files.InputProtectedException;
import dev.clipjet.files.ProtectedFiles;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.StoredTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWriterTest {
    private static final List<SafetensorsWriter.Declaration> TENSORS = List.of(
            new SafetensorsWriter.Declaration("half", ElementType.F16, List.of(3L)),
            new SafetensorsWriter.Declaration("b", ElementType.F32, List.of(2L, 1L)),
            new SafetensorsWriter.Declaration("a\"ü", ElementType.F32, List.of()),
            new SafetensorsWriter.Declaration("empty", ElementType.I64, List.of(0L)));

    @TempDir
    Path temp;

    private Path path;

    @BeforeEach
    void setPath() {
        path = temp.resolve("out.safetensors");
    }

    @Test
    void whatIsWrittenIsReadBack() throws IOException {
        try (SafetensorsWriter writer = SafetensorsWriter.create(path, Map.of("format", "pt"), TENSORS)) {
            writer.write("half", 2, shorts(2, 3));
            writer.write("b", 4, ints(20));
            writer.write("half", 0, shorts(1));
            writer.write("a\"ü", 0, ints(30));
            writer.write("b", 0, ints(10));
            assertThat(path).doesNotExist();
            writer.finish();
        }
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.metadata()).containsExactly(Map.entry("format", "pt"));
            assertThat(file.tensors()).extracting(StoredTensor::name).containsExactly("empty", "a\"ü", "b", "half");
            assertThat(file.tensor("half").data()).isEqualTo(shorts(1, 2, 3));
            assertThat(file.tensor("half").dtype()).isEqualTo(ElementType.F16);
            assertThat(file.tensor("b").data()).isEqualTo(ints(10, 20));
            assertThat(file.tensor("b").shape()).containsExactly(2L, 1L);
            assertThat(file.tensor("a\"ü").data()).isEqualTo(ints(30));
        }
        assertThat(ByteBuffer.wrap(Files.readAllBytes(path))
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .getLong()
                        % 8)
                .as("data is aligned")
                .isZero();
        assertOnly(path);
    }

    @Test
    void anExistingFileIsReplacedOnlyOnRequestAndWhenComplete() throws IOException {
        Files.writeString(path, "old");
        assertThatThrownBy(() -> SafetensorsWriter.create(path, Map.of(), TENSORS))
                .isInstanceOf(FileAlreadyExistsException.class)
                .hasMessage(path + ": exists; nothing is overwritten");
        assertThatThrownBy(() -> SafetensorsWriter.create(
                        path, Map.of(), TENSORS, Existing.REPLACE, ProtectedFiles.of(List.of(path))))
                .isInstanceOf(InputProtectedException.class);
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(path, Map.of(), TENSORS, Existing.REPLACE, ProtectedFiles.none())) {
            writer.write("half", 0, shorts(1, 2, 3));
            assertThatThrownBy(writer::finish)
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("4 bytes, 0 were written");
        }
        assertThat(path).hasContent("old");
        assertOnly(path);
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(path, Map.of(), List.of(), Existing.REPLACE, ProtectedFiles.none())) {
            writer.finish();
        }
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.tensors()).isEmpty();
        }
    }

    @Test
    void refusesWhatWasNotDeclared() throws IOException {
        try (SafetensorsWriter writer = SafetensorsWriter.create(path, Map.of(), TENSORS)) {
            assertThatThrownBy(() -> writer.write("c", 0, ints(1)))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("\"c\"");
            assertThatThrownBy(() -> writer.write("b", 5, ints(1))).isInstanceOf(InvalidInputException.class);
            assertThatThrownBy(() -> writer.write("b", -1, ints(1))).isInstanceOf(InvalidInputException.class);
            writer.close();
            assertThatThrownBy(() -> writer.write("b", 0, ints(1))).isInstanceOf(ClosedException.class);
            assertThatThrownBy(writer::finish).isInstanceOf(ClosedException.class);
        }
        assertThat(temp).isEmptyDirectory();
        SafetensorsWriter.Declaration twice = TENSORS.get(0);
        assertThatThrownBy(() -> SafetensorsWriter.create(path, Map.of(), List.of(twice, twice)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("half");
        assertThat(temp).isEmptyDirectory();
    }

    private void assertOnly(Path file) throws IOException {
        try (Stream<Path> files = Files.list(temp)) {
            assertThat(files).containsExactly(file);
        }
    }

    private static ByteBuffer shorts(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int value : values) {
            bytes.putShort((short) value);
        }
        return bytes.flip();
    }

    private static ByteBuffer ints(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int value : values) {
            bytes.putInt(value);
        }
        return bytes.flip();
    }
}
