package dev.clipjet.weights.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.weights.file.WeightFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Containers that lie about where things are and how long they are, built byte by byte. */
class HostileContainerTest {
    private static final String PICKLE_NAME = "a/data.pkl";
    private static final String OTHER_NAME = "a/version";
    private static final byte[] PICKLE = {(byte) 0x80, 2, '}', '.'};
    private static final byte[] OTHER = {'3', '\n'};
    private static final int LOCAL = 30;

    @TempDir
    Path temp;

    /** Two stored entries and their directory. */
    private static ByteBuffer archive() {
        ByteBuffer zip = ByteBuffer.allocate(400).order(ByteOrder.LITTLE_ENDIAN);
        local(zip, PICKLE_NAME, PICKLE);
        int second = zip.position();
        local(zip, OTHER_NAME, OTHER);
        int directory = zip.position();
        central(zip, PICKLE_NAME, PICKLE.length, 0, new byte[0]);
        central(zip, OTHER_NAME, OTHER.length, second, new byte[0]);
        return end(zip, directory);
    }

    private static void local(ByteBuffer zip, String name, byte[] content) {
        zip.putInt(0x04034b50)
                .putShort((short) 20)
                .putShort((short) 0)
                .putShort((short) 0)
                .putInt(0);
        zip.putInt(0).putInt(content.length).putInt(content.length);
        zip.putShort((short) name.length()).putShort((short) 0);
        zip.put(name.getBytes(StandardCharsets.US_ASCII)).put(content);
    }

    private static void central(ByteBuffer zip, String name, int size, int header, byte[] extra) {
        zip.putInt(0x02014b50)
                .putShort((short) 20)
                .putShort((short) 20)
                .putShort((short) 0)
                .putShort((short) 0);
        zip.putInt(0).putInt(0).putInt(size).putInt(size).putShort((short) name.length());
        zip.putShort((short) extra.length)
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort((short) 0)
                .putInt(0);
        zip.putInt(header).put(name.getBytes(StandardCharsets.US_ASCII)).put(extra);
    }

    private static ByteBuffer end(ByteBuffer zip, int directory) {
        int size = zip.position() - directory;
        zip.putInt(0x06054b50)
                .putInt(0)
                .putShort((short) 2)
                .putShort((short) 2)
                .putInt(size)
                .putInt(directory);
        return zip.putShort((short) 0).flip();
    }

    private Path written(ByteBuffer content) throws IOException {
        byte[] bytes = new byte[content.remaining()];
        content.get(bytes);
        return Files.write(temp.resolve("x.pt"), bytes);
    }

    private static void refused(Path file, Kind kind, String words) {
        assertThatThrownBy(() -> TorchCheckpoint.open(file).close())
                .isInstanceOfSatisfying(ModelFormatException.class, e -> {
                    assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind);
                    assertThat(e).hasMessageContaining(words);
                    assertThat(e.file()).isEqualTo(file.toString());
                });
    }

    @Test
    void the_archive_that_the_others_differ_from_is_read() throws IOException {
        Path file = written(archive());
        try (WeightFile open = WeightFile.open(file)) {
            assertThat(ZipArchive.read(open).entries()).containsOnlyKeys(PICKLE_NAME, OTHER_NAME);
        }
        refused(file, Kind.MALFORMED, "tensor");
    }

    @Test
    void an_entry_that_reaches_into_the_next_is_refused() throws IOException {
        ByteBuffer zip = archive();
        int longer = PICKLE.length + 10;
        int directory = 2 * LOCAL + PICKLE_NAME.length() + OTHER_NAME.length() + PICKLE.length + OTHER.length;
        for (int at : new int[] {18, 22, directory + 20, directory + 24}) {
            zip.putInt(at, longer);
        }
        refused(written(zip), Kind.MALFORMED, "a/version: shares bytes with a/data.pkl");
    }

    /** A zip64 field with sizes or a position that are negative as signed numbers. */
    @Test
    void a_length_of_2_to_the_63_in_a_zip64_field_is_refused() throws IOException {
        for (int which = 0; which < 3; which++) {
            ByteBuffer zip = ByteBuffer.allocate(400).order(ByteOrder.LITTLE_ENDIAN);
            local(zip, PICKLE_NAME, PICKLE);
            int second = zip.position();
            local(zip, OTHER_NAME, OTHER);
            int directory = zip.position();
            ByteBuffer field = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
            field.putShort((short) 1).putShort((short) 8).putLong(Long.MIN_VALUE);
            central(zip, PICKLE_NAME, PICKLE.length, 0, field.array());
            central(zip, OTHER_NAME, OTHER.length, second, new byte[0]);
            // Size, compressed size, position: the one that is -1 is in the field.
            zip.putInt(directory + new int[] {24, 20, 42}[which], -1);
            Path file = written(end(zip, directory));
            refused(file, which == 0 ? Kind.MALFORMED : Kind.TRUNCATED, "a/data.pkl");
        }
    }

    @Test
    void names_that_leave_the_archive_are_refused() throws IOException {
        for (String name : new String[] {"../../pkl", "/etc/pass", "a\\b\\c.pkl", "a/../../b", "C:/x.pkl"}) {
            ByteBuffer zip = ByteBuffer.allocate(400).order(ByteOrder.LITTLE_ENDIAN);
            local(zip, PICKLE_NAME, PICKLE);
            int second = zip.position();
            local(zip, name, OTHER);
            int directory = zip.position();
            central(zip, PICKLE_NAME, PICKLE.length, 0, new byte[0]);
            central(zip, name, OTHER.length, second, new byte[0]);
            refused(written(end(zip, directory)), Kind.MALFORMED, "is no path");
        }
    }

    @Test
    void a_legacy_storage_of_2_to_the_63_elements_is_refused() throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        write(file, "\u0080\u0002\u008a\nl\u00fc\u009cF\u00f9 j\u00a8P\u0019.\u0080\u0002M\u00e9\u0003.");
        write(file, "\u0080\u0002}X\r\u0000\u0000\u0000little_endian\u0088s.");
        write(file, "\u0080\u0002}U\u0001wctorch._utils\n_rebuild_tensor_v2\n((U\u0007storagectorch\nFloatStorage\n");
        write(file, "U\u00010U\u0003cpuK\u0001tQK\u0000K\u0001\u0085K\u0001\u0085\u0089}tRs.");
        write(file, "\u0080\u0002]U\u00010a.");
        write(file, "\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0080\u0000\u0000\u0080?");
        Path path = Files.write(temp.resolve("x.pt"), file.toByteArray());
        refused(path, Kind.MALFORMED, "the storage \"0\" announces -9223372036854775808 elements");

        byte[] good = file.toByteArray();
        good[good.length - 12] = 1;
        good[good.length - 5] = 0;
        Files.write(path, good);
        try (TorchCheckpoint checkpoint = TorchCheckpoint.open(path)) {
            assertThat(checkpoint.tensors().get("w").data().getFloat(0)).isEqualTo(1f);
        }
    }

    private static void write(ByteArrayOutputStream file, String latin1) {
        file.writeBytes(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }
}
