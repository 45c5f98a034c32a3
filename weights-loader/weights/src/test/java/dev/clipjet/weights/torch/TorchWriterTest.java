package dev.clipjet.weights.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.error.ClosedException;
import dev.clipjet.error.InvalidInputException;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.StoredTensor;
import dev.clipjet.weights.file.WeightFile;
import dev.clipjet.weights.safetensors.SafetensorsWriter.Declaration;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchWriterTest {
    private static final List<Declaration> TENSORS = List.of(
            new Declaration("a.weight", ElementType.F32, List.of(3L, 5L)),
            new Declaration("empty", ElementType.F16, List.of(0L, 4L)),
            new Declaration("größe", ElementType.F16, List.of(7L)),
            new Declaration("scale", ElementType.BF16, List.of()),
            new Declaration("count", ElementType.I64, List.of()),
            new Declaration("last", ElementType.F64, List.of(0L)));

    @TempDir
    Path temp;

    private static ByteBuffer bytes(Declaration tensor) {
        ByteBuffer bytes = ByteBuffer.allocate((int) tensor.bytes());
        for (int i = 0; i < bytes.capacity(); i++) {
            bytes.put(i, (byte) (31 * i + tensor.name().hashCode()));
        }
        return bytes;
    }

    private Path write() throws IOException {
        Path file = temp.resolve("model.pt");
        try (TorchWriter writer = TorchWriter.create(file, TENSORS)) {
            for (Declaration tensor : TENSORS) {
                ByteBuffer all = bytes(tensor);
                while (all.hasRemaining()) {
                    int from = all.position();
                    int count = Math.min(4, all.remaining());
                    writer.write(tensor.name(), from, all.slice(from, count));
                    all.position(from + count);
                }
            }
            assertThat(file).doesNotExist();
            writer.finish();
        }
        return file;
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        try (TorchCheckpoint checkpoint = TorchCheckpoint.open(write())) {
            assertThat(checkpoint.format()).isEqualTo(TorchCheckpoint.Format.ZIP);
            assertThat(checkpoint.tensors().keySet())
                    .containsExactlyElementsOf(
                            TENSORS.stream().map(Declaration::name).toList());
            for (Declaration declaration : TENSORS) {
                StoredTensor tensor = checkpoint.tensors().get(declaration.name());
                assertThat(tensor.dtype()).isEqualTo(declaration.dtype());
                assertThat(tensor.shape()).isEqualTo(declaration.shape());
                assertThat(tensor.data()).isEqualTo(bytes(declaration));
            }
        }
        assertThat(temp.toFile().list()).containsExactly("model.pt");
    }

    /** The JDK's reader, which knows nothing of torch, agrees with names, sizes and checksums. */
    @Test
    void theArchiveIsAPlainZip() throws IOException {
        try (ZipFile zip = new ZipFile(write().toFile())) {
            assertThat(zip.stream().map(ZipEntry::getName))
                    .startsWith("archive/data.pkl", "archive/byteorder", "archive/data/0")
                    .endsWith("archive/version");
            for (ZipEntry entry : zip.stream().toList()) {
                CRC32 crc = new CRC32();
                try (InputStream in = zip.getInputStream(entry)) {
                    crc.update(in.readAllBytes());
                }
                assertThat(entry.getCrc()).as(entry.getName()).isEqualTo(crc.getValue());
                assertThat(entry.getMethod()).isEqualTo(ZipEntry.STORED);
            }
        }
    }

    @Test
    void sameContentSameBytes() throws IOException {
        Path file = write();
        byte[] first = Files.readAllBytes(file);
        Files.delete(file);
        assertThat(Files.readAllBytes(write())).isEqualTo(first);
    }

    @Test
    void bytesComeInOrderAndAreComplete() throws IOException {
        Path file = temp.resolve("model.pt");
        try (TorchWriter writer = TorchWriter.create(file, TENSORS)) {
            assertThatThrownBy(() -> writer.write("größe", 0, ByteBuffer.allocate(2)))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("a.weight");
            assertThatThrownBy(() -> writer.write("a.weight", 4, ByteBuffer.allocate(4)))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("byte 0");
            assertThatThrownBy(() -> writer.write("a.weight", 0, ByteBuffer.allocate(61)))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("60 bytes");
            assertThatThrownBy(writer::finish)
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("\"a.weight\" has 60 bytes, 0 were written");
        }
        assertThat(temp).isEmptyDirectory();
        TorchWriter closed = TorchWriter.create(file, TENSORS);
        closed.close();
        assertThatThrownBy(closed::finish).isInstanceOf(ClosedException.class);
    }

    @Test
    void namesAreUniqueAndTypesKnown() {
        Declaration tensor = TENSORS.get(0);
        assertThatThrownBy(() -> TorchWriter.create(temp.resolve("x.pt"), List.of(tensor, tensor)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("a.weight");
        Declaration unsigned = new Declaration("u", ElementType.U64, List.of(1L));
        assertThatThrownBy(() -> TorchWriter.create(temp.resolve("x.pt"), List.of(unsigned)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("U64");
        assertThat(temp).isEmptyDirectory();
    }

    /** Beyond 4 GiB positions are in 64-bit fields. The file is a hole, but for its records. */
    @Test
    void positionsBeyondFourGibibytes() throws IOException {
        Path file = temp.resolve("large.pt");
        ByteBuffer content = ByteBuffer.wrap(new byte[] {1, 2, 3});
        CRC32 crc = new CRC32();
        crc.update(content.duplicate());
        ZipRecords.Entry first = new ZipRecords.Entry("archive/data/0", 0, 3, crc.getValue());
        ZipRecords.Entry far = new ZipRecords.Entry("archive/data/1", 5L << 30, 3, crc.getValue());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (ZipRecords.Entry entry : List.of(first, far)) {
                channel.write(ZipRecords.local(entry), entry.header());
                channel.write(content.duplicate(), entry.header() + ZipRecords.localBytes(entry));
            }
            long end = far.header() + ZipRecords.localBytes(far) + 3;
            channel.write(ZipRecords.directory(List.of(first, far), end), end);
        }
        try (WeightFile open = WeightFile.open(file)) {
            ZipArchive archive = ZipArchive.read(open);
            ZipEntryRecord entry = archive.entries().get("archive/data/1");
            assertThat(entry.data() % ZipRecords.ALIGNMENT).isZero();
            assertThat(archive.content(entry).copy()).isEqualTo(content);
        }
    }

    @Test
    void sizesBeyondFourGibibytes() {
        ZipRecords.Entry entry = new ZipRecords.Entry("archive/data/0", 128, 5L << 30, 7);
        ByteBuffer local = ZipRecords.local(entry);
        assertThat((128 + local.remaining()) % ZipRecords.ALIGNMENT).isZero();
        assertThat(local.order(ByteOrder.LITTLE_ENDIAN).getInt(18)).isEqualTo(-1);
        int extra = 30 + entry.nameBytes().length;
        assertThat(local.getShort(extra)).isEqualTo((short) 1);
        assertThat(local.getLong(extra + 4)).isEqualTo(5L << 30);
        assertThat(local.getLong(extra + 12)).isEqualTo(5L << 30);
    }
}
