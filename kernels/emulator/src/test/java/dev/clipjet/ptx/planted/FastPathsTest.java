package dev.clipjet.ptx.planted;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.device.Dim3;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.ptx.emulator.Rig;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.exec.ExecutionOptions.Landing;
import dev.clipjet.ptx.exec.LaunchResult;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The emulator's short cuts change nothing: the same findings, the same counts, the same bits as without them. */
class FastPathsTest {
    static List<PlantedBug> bugs() {
        return PlantedBugs.all();
    }

    @ParameterizedTest
    @MethodSource("bugs")
    void theSameIsFound(PlantedBug bug) {
        for (Landing landing : Landing.values()) {
            for (long seed = 0; seed < (landing == Landing.LATE ? 2 : 1); seed++) {
                ExecutionOptions options = ExecutionOptions.standard()
                        .withWorkers(1)
                        .withLanding(landing)
                        .withSeed(seed);
                assertThat(PlantedBugsTest.run(bug, true, options))
                        .as("%s, %s, seed %d", bug.name(), landing, seed)
                        .isEqualTo(PlantedBugsTest.run(bug, true, options.withFastPaths(false)));
            }
        }
    }

    private static void assertSameCounts(LaunchResult fast, LaunchResult slow) {
        assertThat(fast.executions()).isEqualTo(slow.executions());
        assertThat(fast.activeLanes()).isEqualTo(slow.activeLanes());
        assertThat(fast.touchedSectors()).isEqualTo(slow.touchedSectors());
        assertThat(fast.memory().globalRequests).isEqualTo(slow.memory().globalRequests);
        assertThat(fast.memory().sectors).isEqualTo(slow.memory().sectors);
        assertThat(fast.memory().idealSectors).isEqualTo(slow.memory().idealSectors);
        assertThat(fast.memory().lines).isEqualTo(slow.memory().lines);
        assertThat(fast.memory().globalBytes).isEqualTo(slow.memory().globalBytes);
        assertThat(fast.memory().wavefronts).isEqualTo(slow.memory().wavefronts);
        assertThat(fast.memory().idealWavefronts).isEqualTo(slow.memory().idealWavefronts);
    }

    /** A launch and its result. */
    private record Run(LaunchResult counts, int[] result) {}

    private static Run product(int k, short[] a, short[] b, boolean fast) {
        try (Rig rig = Rig.of("gemm.ptx", ExecutionOptions.standard().withFastPaths(fast))) {
            long c = rig.raw(4 * 64 * 64);
            LaunchResult counts =
                    rig.launch("gemm", Dim3.ONE, Dim3.of(128), 64, 64, k, rig.shorts(a), rig.shorts(b), c);
            return new Run(counts, rig.readInts(c, 64 * 64));
        }
    }

    @ParameterizedTest
    // Exponents of the halves from, to: ordinary ones, all finite ones with zeros and subnormals, infinities and NaN
    // too.
    @CsvSource({"9, 16", "0, 30", "0, 31", "15, 15"})
    void aProductHasTheSameBitsAndCounts(int low, int high) {
        int k = 96;
        Random random = new Random(11);
        short[][] factors = new short[2][64 * k];
        for (short[] factor : factors) {
            for (int i = 0; i < factor.length; i++) {
                // Infinities and NaN are rare, so that finite results are left.
                int exponent = low + random.nextInt(high - low + 1);
                exponent = exponent == 31 && random.nextInt(100) > 0 ? 0 : exponent;
                factor[i] = (short) (random.nextInt() & 0x83ff | exponent << 10);
            }
        }
        Run fast = product(k, factors[0], factors[1], true);
        Run slow = product(k, factors[0], factors[1], false);
        assertThat(fast.result).isEqualTo(slow.result);
        assertSameCounts(fast.counts, slow.counts);
    }

    @Test
    void everydayKernelsHaveTheSameResultsAndCounts() {
        assertSame(FastPathsTest::softmax);
        assertSame(FastPathsTest::gridsum);
        assertSame(FastPathsTest::branches);
    }

    private static void assertSame(Function<Rig, Run> kernel) {
        Run[] runs = new Run[2];
        for (int i = 0; i < 2; i++) {
            try (Rig rig = Rig.of("basics.ptx", ExecutionOptions.standard().withFastPaths(i == 0))) {
                runs[i] = kernel.apply(rig);
            }
        }
        assertThat(runs[0].result).isEqualTo(runs[1].result);
        assertSameCounts(runs[0].counts, runs[1].counts);
    }

    private static Run softmax(Rig rig) {
        float[] x = new float[8 * 77];
        for (int i = 0; i < x.length; i++) {
            x[i] = i % 13 - 5;
        }
        long y = rig.raw(4L * x.length);
        LaunchResult counts = rig.launch("softmax", Dim3.of(2), Dim3.of(128), 77, rig.floats(x), y);
        return new Run(counts, rig.readInts(y, x.length));
    }

    private static Run gridsum(Rig rig) {
        long total = rig.raw(4);
        LaunchShape shape = new LaunchShape(Dim3.of(3), Dim3.of(96), Dim3.ONE, 0, true);
        long x = rig.ints(IntStream.range(0, 1000).toArray());
        LaunchResult counts = rig.launch("gridsum", shape, 1000, x, rig.raw(12), rig.ints(0), total);
        return new Run(counts, rig.readInts(total, 1));
    }

    private static Run branches(Rig rig) {
        long out = rig.raw(1024);
        long x = rig.ints(new Random(5).ints(256, -100_000, 100_000).toArray());
        LaunchResult counts = rig.launch("branches", Dim3.ONE, Dim3.of(256), x, out);
        return new Run(counts, rig.readInts(out, 256));
    }
}
