package dev.clipjet.weights.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.clipjet.error.ClosedException;
import dev.clipjet.error.FileChangedException;
import dev.clipjet.error.ModelFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightFileTest {
    /** More than what is read at once into a buffer on the heap. */
    private static final int BYTES = 700_001;

    private static final Instant TIME = Instant.parse("2026-01-02T03:04:05Z");

    @TempDir
    Path temp;

    private Path path;

    @BeforeEach
    void write() throws IOException {
        path = temp.resolve("weights.bin");
        Files.write(path, content(1));
        Files.setLastModifiedTime(path, FileTime.from(TIME));
    }

    private static byte[] content(int seed) {
        byte[] bytes = new byte[BYTES];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (seed + 31 * i + (i >> 9));
        }
        return bytes;
    }

    private static void assertIsWhole(WeightFile file) {
        assertThat(file.read(0, BYTES).array()).isEqualTo(content(1));
    }

    @Test
    void any_part_is_read_into_any_buffer() {
        byte[] expected = content(1);
        try (WeightFile file = WeightFile.open(path)) {
            assertThat(file.size()).isEqualTo(BYTES);
            assertThat(file.path()).isEqualTo(path);
            for (ByteBuffer target : List.of(ByteBuffer.allocate(BYTES + 9), ByteBuffer.allocateDirect(BYTES + 9))) {
                for (int[] part : new int[][] {{0, BYTES}, {1, 300_000}, {BYTES - 1, 1}, {BYTES, 0}, {5, 0}}) {
                    target.clear().position(4).limit(4 + part[1]);
                    file.read(part[0], target);
                    assertThat(target.hasRemaining()).isFalse();
                    byte[] read = new byte[part[1]];
                    target.get(4, read);
                    assertThat(read).isEqualTo(java.util.Arrays.copyOfRange(expected, part[0], part[0] + part[1]));
                }
            }
        }
    }

    @Test
    void what_the_file_does_not_have_is_not_read() {
        try (WeightFile file = WeightFile.open(path)) {
            for (long[] part : new long[][] {{-1, 1}, {BYTES, 1}, {0, BYTES + 1}, {Long.MAX_VALUE, 1}}) {
                assertThatThrownBy(() -> file.read(part[0], ByteBuffer.allocate((int) part[1])))
                        .isInstanceOf(IndexOutOfBoundsException.class);
                assertThatThrownBy(() -> file.read(part[0], (int) part[1]))
                        .isInstanceOf(IndexOutOfBoundsException.class);
            }
        }
    }

    private FileChangedException refusal(WeightFile file, long position, int length) {
        return catchThrowableOfType(FileChangedException.class, () -> file.read(position, length));
    }

    private void resize(long bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            if (bytes < channel.size()) {
                channel.truncate(bytes);
            } else {
                channel.write(ByteBuffer.allocate(1), bytes - 1);
            }
        }
    }

    @Test
    void a_file_that_shrinks_is_refused_with_both_sizes_and_times() throws IOException {
        for (long bytes : new long[] {0, 4096, BYTES - 1}) {
            write();
            try (WeightFile file = WeightFile.open(path)) {
                resize(bytes);
                // Whether or not the bytes asked for are still there.
                for (long position : new long[] {0, BYTES / 2, BYTES - 10}) {
                    FileChangedException error = refusal(file, position, 10);
                    assertThat(error.file()).isEqualTo(path.toString());
                    assertThat(error.expectedBytes()).isEqualTo(BYTES);
                    assertThat(error.expectedTime()).isEqualTo(TIME);
                    assertThat(error.foundBytes()).isEqualTo(bytes);
                    assertThat(error.foundTime()).isAfter(TIME);
                    assertThat(error)
                            .hasMessageContaining(path.toString())
                            .hasMessageContaining(BYTES + " bytes of " + TIME)
                            .hasMessageContaining(bytes + " bytes of " + error.foundTime());
                }
            }
        }
    }

    @Test
    void a_file_that_grows_is_refused() throws IOException {
        try (WeightFile file = WeightFile.open(path)) {
            assertIsWhole(file);
            resize(BYTES + 5);
            assertThat(refusal(file, 0, 10).foundBytes()).isEqualTo(BYTES + 5);
        }
    }

    @Test
    void a_file_that_is_rewritten_at_the_same_size_is_refused() throws IOException {
        try (WeightFile file = WeightFile.open(path)) {
            assertIsWhole(file);
            Files.write(path, content(2));
            FileChangedException error = refusal(file, 0, 10);
            assertThat(error.foundBytes()).isEqualTo(BYTES);
            assertThat(error.foundTime()).isAfter(TIME);
        }
    }

    /** Without a wait at opening both writes can fall into one step of the system's clock, and nothing tells them apart. */
    @Test
    void a_file_that_was_written_a_moment_ago_is_told_from_one_that_is_written_again() throws IOException {
        for (int i = 0; i < 20; i++) {
            Files.write(path, content(1));
            try (WeightFile file = WeightFile.open(path)) {
                try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                    channel.write(ByteBuffer.wrap(new byte[] {1}), 5);
                }
                assertThat(refusal(file, 0, 10)).as("run " + i).isNotNull();
            }
        }
    }

    @Test
    void a_file_that_is_replaced_under_its_name_is_read_on() throws IOException {
        try (WeightFile file = WeightFile.open(path)) {
            Path other = Files.write(temp.resolve("other"), new byte[5]);
            Files.move(other, path, StandardCopyOption.ATOMIC_MOVE);
            assertIsWhole(file);
            Files.delete(path);
            assertIsWhole(file);
        }
    }

    @Test
    void a_file_that_shrinks_and_is_replaced_is_refused() throws IOException {
        try (WeightFile file = WeightFile.open(path)) {
            resize(100);
            Path other = Files.write(temp.resolve("other"), content(1));
            Files.move(other, path, StandardCopyOption.ATOMIC_MOVE);
            assertThat(refusal(file, 0, 10).foundBytes()).isEqualTo(100);
            assertThat(refusal(file, 200, 10).foundBytes()).isEqualTo(100);
        }
    }

    @Test
    void an_interrupted_thread_reads_and_keeps_its_mark() {
        try (WeightFile file = WeightFile.open(path)) {
            Thread.currentThread().interrupt();
            assertIsWhole(file);
            assertThat(Thread.interrupted()).isTrue();
            assertIsWhole(file);
        }
    }

    @Test
    void interrupts_while_threads_read_disturb_none_of_them() throws InterruptedException {
        try (WeightFile file = WeightFile.open(path)) {
            AtomicBoolean stop = new AtomicBoolean();
            AtomicReference<Throwable> failure = new AtomicReference<>();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Thread thread = new Thread(() -> {
                    try {
                        while (!stop.get()) {
                            assertIsWhole(file);
                        }
                    } catch (RuntimeException | Error e) {
                        failure.set(e);
                    }
                });
                thread.start();
                threads.add(thread);
            }
            for (int i = 0; i < 400; i++) {
                threads.get(i % threads.size()).interrupt();
                Thread.sleep(1);
            }
            stop.set(true);
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(failure.get()).isNull();
        }
    }

    @Test
    void closing_ends_all_use() {
        WeightFile file = WeightFile.open(path);
        file.close();
        file.close();
        assertThatThrownBy(() -> file.read(0, 1))
                .isInstanceOf(ClosedException.class)
                .hasMessageContaining(path.toString());
    }

    @Test
    void only_regular_files_are_opened() {
        for (Path other : List.of(temp, temp.resolve("missing"), Path.of("/dev/zero"))) {
            assertThatThrownBy(() -> WeightFile.open(other))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining(other.toString());
        }
    }
}
