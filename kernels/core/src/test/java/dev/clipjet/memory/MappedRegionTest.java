package dev.clipjet.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.error.ClosedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MappedRegionTest {
    @TempDir
    Path temp;

    @Test
    void slicesAreLittleEndianReadOnlyViewsOfTheRange() throws IOException {
        try (MappedRegion region = map(new byte[] {9, 9, 1, 2, 0, 0, 5}, 1, 6)) {
            ByteBuffer slice = region.slice(1, 4);
            assertThat(slice.getInt(0)).isEqualTo(0x0201);
            assertThat(slice.isReadOnly()).isTrue();
            assertThat(slice.isDirect()).isTrue();
            assertThat(slice.remaining()).isEqualTo(4);
        }
    }

    @Test
    void anEmptyRangeIsFine() throws IOException {
        try (MappedRegion region = map(new byte[] {1}, 1, 0)) {
            assertThat(region.slice(0, 0).remaining()).isZero();
        }
    }

    @Test
    void useAfterCloseIsAnErrorAndClosingAgainIsNot() throws IOException {
        MappedRegion region = map(new byte[] {1, 2}, 0, 2);
        region.close();
        region.close();
        assertThatThrownBy(() -> region.slice(0, 1))
                .isInstanceOf(ClosedException.class)
                .hasMessageContaining("the region");
    }

    @Test
    void closingUnmapsAtOnce() throws IOException {
        Path maps = Path.of("/proc/self/maps");
        Assumptions.assumeTrue(Files.exists(maps), "only Linux lists its mappings");
        Path file = Files.write(temp.resolve("mapped.bin"), new byte[100]);
        MappedRegion region;
        try (FileChannel channel = FileChannel.open(file)) {
            region = MappedRegion.map("mapped", channel, 0, 100);
        }
        assertThat(Files.readString(maps)).contains("mapped.bin");
        region.close();
        assertThat(Files.readString(maps)).doesNotContain("mapped.bin");
    }

    @Test
    void theLargestRegionIsOneBuffer() throws IOException {
        Path file = temp.resolve("large");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            // The file is a hole, but for its last byte.
            channel.write(ByteBuffer.wrap(new byte[] {7}), MappedRegion.MAX_BYTES - 1);
        }
        try (FileChannel channel = FileChannel.open(file);
                MappedRegion region = MappedRegion.map("large", channel, 0, MappedRegion.MAX_BYTES)) {
            assertThat(region.slice(MappedRegion.MAX_BYTES - 1, 1).get(0)).isEqualTo((byte) 7);
            assertThatThrownBy(() -> MappedRegion.map("large", channel, 0, Integer.MAX_VALUE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("large");
        }
    }

    private MappedRegion map(byte[] content, long position, int length) throws IOException {
        Path file = Files.write(temp.resolve("file"), content);
        try (FileChannel channel = FileChannel.open(file)) {
            return MappedRegion.map("the region", channel, position, length);
        }
    }
}
