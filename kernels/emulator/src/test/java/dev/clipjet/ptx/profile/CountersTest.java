package dev.clipjet.ptx.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.clipjet.device.Dim3;
import dev.clipjet.ptx.emulator.Rig;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.exec.LaunchResult;
import java.util.Map;
import java.util.Random;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Counters against values worked out by hand. */
class CountersTest {
    private static long[] addresses(IntToLongFunction lane) {
        long[] address = new long[32];
        for (int l = 0; l < 32; l++) {
            address[l] = lane.applyAsLong(l);
        }
        return address;
    }

    @ParameterizedTest
    // Bytes of a lane, distance of lanes, start, sectors, lines.
    @CsvSource({
        "4, 4, 0, 4, 1", // coalesced: 128 bytes
        "8, 8, 0, 8, 2",
        "16, 16, 0, 16, 4",
        "2, 2, 0, 2, 1",
        "4, 4, 4, 5, 2", // one word off: 4 to 132
        "4, 4, 16, 5, 2",
        "4, 4, 32, 4, 2", // aligned to sectors, not to lines
        "4, 8, 0, 8, 2", // every other word
        "4, 32, 0, 32, 8", // a sector each
        "4, 128, 0, 32, 32", // a line each
        "4, 0, 0, 1, 1", // broadcast
        "16, 0, 0, 1, 1",
        "16, 20, 12, 21, 6" // unaligned pieces: bytes 12 to 648
    })
    void sectorsAndLines(int bytes, int distance, int start, int sectors, int lines) {
        long[] address = addresses(l -> 0x1000L + start + (long) l * distance);
        assertThat(Sectors.touched(address, -1, bytes, 5)).isEqualTo(sectors);
        assertThat(Sectors.touched(address, -1, bytes, 7)).isEqualTo(lines);
    }

    @Test
    void sectorsOfAnyPatternAreTheDistinctOnes() {
        Random random = new Random(5);
        for (int round = 0; round < 500; round++) {
            int bytes = 1 << random.nextInt(5);
            long[] address = addresses(l -> random.nextInt(1000) / bytes * bytes);
            int mask = random.nextInt();
            long expected = IntStream.range(0, 32)
                    .filter(l -> (mask >>> l & 1) != 0)
                    .mapToLong(l -> address[l] >> 5)
                    .distinct()
                    .count();
            if (bytes <= 16) {
                assertThat(Sectors.touched(address, mask, bytes, 5)).isEqualTo((int) expected);
            }
        }
    }

    @ParameterizedTest
    // Bytes of a lane, distance of lanes in bytes, wavefronts.
    @CsvSource({
        "4, 4, 1", "4, 8, 2", "4, 16, 4", "4, 64, 16", "4, 128, 32", "4, 132, 1", "4, 0, 1", "2, 2, 1", "1, 1, 1", "2, 4, 1",
        "2, 128, 32", "8, 8, 2", "8, 16, 4", "8, 128, 32", "16, 16, 4", "16, 32, 8", "16, 128, 32", "16, 144, 4", "16, 0, 2"
    })
    void wavefronts(int bytes, int distance, int expected) {
        int[] offset = new int[32];
        for (int l = 0; l < 32; l++) {
            offset[l] = l * distance;
        }
        assertThat(SharedBanks.wavefronts(offset, -1, bytes, false)).isEqualTo(expected);
        assertThat(SharedBanks.ideal(-1, bytes)).isEqualTo(bytes <= 4 ? 1 : bytes == 8 ? 2 : 4);
    }

    @Test
    void rowsOfMatricesWithAndWithoutSwizzle() {
        int[] plain = new int[32];
        int[] padded = new int[32];
        int[] swizzled = new int[32];
        for (int l = 0; l < 32; l++) {
            plain[l] = (l & 7) * 128 + (l >> 3) * 16;
            padded[l] = (l & 7) * 144 + (l >> 3) * 16;
            swizzled[l] = (l & 7) * 128 + ((l >> 3 ^ l & 7) << 4);
        }
        assertThat(SharedBanks.wavefronts(plain, -1, 16, true)).isEqualTo(32);
        assertThat(SharedBanks.wavefronts(padded, -1, 16, true)).isEqualTo(4);
        assertThat(SharedBanks.wavefronts(swizzled, -1, 16, true)).isEqualTo(4);
        assertThat(SharedBanks.wavefronts(plain, 0xff, 16, true)).isEqualTo(8);
    }

    @ParameterizedTest
    // Capability, threads, registers, shared bytes, blocks, limit. From the rules of the programming guide, by hand.
    @CsvSource({
        "80, 256, 32, 0, 8, warps", // 64 warps / 8
        "80, 256, 64, 0, 4, registers", // 32 warps of 2048 registers / 8
        "80, 128, 128, 0, 4, registers", // 16 warps of 4096 / 4
        "80, 1024, 32, 0, 2, warps",
        "80, 32, 32, 0, 32, blocks",
        "80, 128, 0, 49152, 3, shared memory", // 164 KiB / 49 KiB
        "80, 128, 0, 166912, 1, shared memory",
        "90, 128, 168, 0, 3, registers", // 65536 / 5376 = 12 warps
        "90, 384, 168, 200000, 1, registers",
        "90, 128, 0, 232448, 1, shared memory",
        "86, 256, 32, 0, 6, warps", // 48 warps / 8
        "89, 64, 32, 0, 24, blocks",
        "75, 256, 32, 0, 4, warps",
        "75, 64, 32, 0, 16, blocks"
    })
    void occupancy(int capability, int threads, int registers, int shared, int blocks, String limit) {
        Occupancy occupancy = Occupancy.of(capability, threads, registers, shared);
        assertThat(occupancy.blocks()).isEqualTo(blocks);
        assertThat(occupancy.limit()).isEqualTo(limit);
    }

    @Test
    void impossibleBlocksAreRefused() {
        assertThatThrownBy(() -> Occupancy.of(80, 128, 32, 200_000)).hasMessageContaining("200000 bytes");
        assertThatThrownBy(() -> Occupancy.of(70, 128, 32, 0)).hasMessageContaining("70");
    }

    @Test
    void theCountersOfTheProductAreThoseWorkedOutByHand() {
        int m = 64;
        int n = 128;
        int k = 96;
        LaunchResult result;
        try (Rig rig = Rig.of("gemm.ptx", ExecutionOptions.standard())) {
            long a = rig.shorts(new short[m * k]);
            long b = rig.shorts(new short[n * k]);
            result = rig.launch("gemm", Dim3.of(n / 64, m / 64), Dim3.of(128), m, n, k, a, b, rig.raw(4L * m * n));
        }
        LaunchProfile.Counts counts = result.counts();
        assertThat(counts.tensorMacs()).isEqualTo((long) m * n * k);
        // Copies: each block reads its 64 rows of A and of B once, 64 bytes of a row at a time, in whole sectors.
        // Stores: 4 floats of a row by each group of 4 lanes, so a sector for 8 floats.
        long copies = 2L * (64 * k * 2 / 32) * 2;
        long stores = (long) m * n * 4 / 32;
        assertThat(counts.sectors()).isEqualTo(copies + stores);
        assertThat(counts.firstTouchBytes()).isEqualTo(2L * m * k + 2L * n * k + 4L * m * n);
        // No conflicts: the swizzle spreads the rows of every matrix and every copy over all banks.
        assertThat(counts.wavefronts()).isEqualTo(MemoryCounters.sum(result.memory().idealWavefronts));
    }

    @Test
    void countersDoNotDependOnThreadsOrRepetition() {
        long[] first = null;
        for (int workers : new int[] {1, 2, 2}) {
            try (Rig rig = Rig.of("basics.ptx", ExecutionOptions.standard().withWorkers(workers))) {
                long x = rig.floats(new float[64 * 100]);
                LaunchResult result =
                        rig.launch("softmax", Dim3.of(16), Dim3.of(128), 100, x, rig.raw(4 * 64 * 100));
                long[] counts = {
                    result.warpInstructions(),
                    result.counts().sectors(),
                    result.touchedSectors(),
                    MemoryCounters.sum(result.activeLanes())
                };
                first = first == null ? counts : first;
                assertThat(counts).containsExactly(first);
            }
        }
    }

    @Test
    void theModelNamesWhatLimits() {
        var instructions = Map.of(InstructionClass.MEMORY, 1000L);
        var streaming =
                new LaunchProfile.Counts("copy", 1320, 256, 0, instructions, 1_000_000, 480_000_000L, 0, 0, 0);
        LaunchProfile copy = LaunchProfile.of(streaming, GpuModel.H200, 32);
        assertThat(copy.limit()).isEqualTo("memory");
        assertThat(copy.floor()).isEqualTo(100.0, within(1e-9));
        var products = new LaunchProfile.Counts(
                "product", 132, 128, 0, instructions, 1000, 32_000, 0, 1228L * 132 * 1830 * 50, 0);
        LaunchProfile product = LaunchProfile.of(products, GpuModel.H200, 32);
        assertThat(product.limit()).isEqualTo("tensor");
        assertThat(product.microseconds())
                .isEqualTo(50 + GpuModel.H200.launchMicroseconds(), within(1e-6));
        // One block more than SMs: one of them works twice.
        var tail = new LaunchProfile.Counts(
                "tail", 133, 128, 0, instructions, 1000, 32_000, 0, 1228L * 133 * 1830 * 50, 0);
        assertThat(LaunchProfile.of(tail, GpuModel.H200, 32).microseconds()).isGreaterThan(100);
    }
}
