package dev.clipjet.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.memory.MappedRegion;
import dev.clipjet.numeric.ElementType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.BytePointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where matrix products read a stored matrix: in the mapped file, or in a copy where that cannot be. */
class RowBlockTest {
    private static final int ROWS = 3;
    private static final int COLUMNS = 5;

    @TempDir
    Path temp;

    private static RowBlock block(ByteBuffer stored, ElementType dtype) {
        return new RowBlock(
                stored,
                dtype,
                (element, target, length) -> {
                    for (int i = 0; i < length; i++) {
                        target[i] = element + i;
                    }
                },
                ROWS,
                COLUMNS);
    }

    private static float[] read(RowBlock block) {
        float[] values = new float[ROWS * COLUMNS];
        BytePointer bytes = new BytePointer() {
            {
                address = block.address();
            }
        };
        bytes.capacity(values.length * Float.BYTES)
                .asByteBuffer()
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer()
                .get(values);
        return values;
    }

    @Test
    void mapped_float32_is_used_where_it_lies() throws IOException {
        Path file = temp.resolve("weights");
        ByteBuffer content = ByteBuffer.allocate(64 + 4 * ROWS * COLUMNS).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < ROWS * COLUMNS; i++) {
            content.putFloat(64 + 4 * i, 100 + i);
        }
        Files.write(file, content.array());
        try (FileChannel channel = FileChannel.open(file);
                MappedRegion region = MappedRegion.map(file.toString(), channel, 0, content.capacity())) {
            ByteBuffer stored = region.slice(64, 4 * ROWS * COLUMNS);
            try (RowBlock block = block(stored, ElementType.F32)) {
                assertThat(block.address()).isEqualTo(new BytePointer(stored).address());
                // The source would say 0, 1, 2: the values are those of the file.
                assertThat(read(block)).startsWith(100, 101, 102).endsWith(113, 114);
            }
        }
    }

    @Test
    void what_is_not_aligned_direct_float32_is_copied() {
        ByteBuffer direct = ByteBuffer.allocateDirect(4 * ROWS * COLUMNS + 1).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer unaligned = direct.slice(1, 4 * ROWS * COLUMNS).order(ByteOrder.LITTLE_ENDIAN);
        try (RowBlock halves = block(direct.slice(0, 2 * ROWS * COLUMNS), ElementType.F16);
                RowBlock shifted = block(unaligned, ElementType.F32);
                RowBlock heap = block(ByteBuffer.allocate(4 * ROWS * COLUMNS), ElementType.F32)) {
            for (RowBlock block : new RowBlock[] {halves, shifted, heap}) {
                assertThat(read(block)).startsWith(0, 1, 2).endsWith(13, 14);
                assertThat(block.address()).isEqualTo(block.address());
            }
        }
    }
}
