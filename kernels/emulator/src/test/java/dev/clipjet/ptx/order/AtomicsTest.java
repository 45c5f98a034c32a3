package dev.clipjet.ptx.order;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.device.Dim3;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.ptx.emulator.Rig;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.report.Finding;
import dev.clipjet.ptx.report.FindingKind;
import java.math.BigInteger;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values of atomic operations, and programs that synchronize by them. */
final class AtomicsTest {
    private static final int[] EDGES = {0, 1, 2, -1, -2, 5, 6, Integer.MIN_VALUE, Integer.MAX_VALUE, 0x12345678};

    private static String one(String target, String space, String op, String type, boolean wide) {
        String r = wide ? "%rd" : "%r";
        String b = wide ? "b64" : "b32";
        boolean shared = space.equals("shared");
        String address = shared ? "[cell]" : "[%rd1]";
        String third = op.startsWith("cas") ? ", " + r + "12" : "";
        return Litmus.kernel(target, ".shared .align 8 .b64 cell;", """
                    ld.global.%s %s10, [%%rd1];
                    ld.global.%s %s11, [%%rd1+8];
                    ld.global.%s %s12, [%%rd1+16];
                    %s
                    atom.%s.%s.%s %s13, %s, %s11%s;
                    ld.%s.%s %s14, %s;
                    st.global.%s [%%rd2], %s13;
                    st.global.%s [%%rd2+8], %s14;
                """.formatted(
                        b,
                        r,
                        b,
                        r,
                        b,
                        r,
                        shared ? "st.shared." + b + " [cell], " + r + "10;" : "",
                        space,
                        op,
                        type,
                        r,
                        address,
                        r,
                        third,
                        space,
                        b,
                        r,
                        address,
                        b,
                        r,
                        b,
                        r));
    }

    private static long[] run(String ptx, long r, long s, long t) {
        try (Rig rig = new Rig("atom", ptx, ExecutionOptions.standard())) {
            long out = rig.longs(0, 0);
            rig.launch("k", Dim3.ONE, Dim3.ONE, rig.longs(r, s, t), out);
            return rig.readLongs(out, 2);
        }
    }

    private static BigInteger whole(long bits, String type) {
        int width = type.endsWith("64") ? 64 : 32;
        BigInteger unsigned =
                BigInteger.valueOf(bits).and(BigInteger.ONE.shiftLeft(width).subtract(BigInteger.ONE));
        boolean negative = type.startsWith("s") && unsigned.testBit(width - 1);
        return negative ? unsigned.subtract(BigInteger.ONE.shiftLeft(width)) : unsigned;
    }

    private static BigInteger expected(String op, BigInteger r, BigInteger s, BigInteger t) {
        return switch (op) {
            case "add" -> r.add(s);
            case "min" -> r.min(s);
            case "max" -> r.max(s);
            case "and" -> r.and(s);
            case "or" -> r.or(s);
            case "xor" -> r.xor(s);
            case "exch" -> s;
            case "cas" -> r.equals(s) ? t : r;
            case "inc" -> r.compareTo(s) >= 0 ? BigInteger.ZERO : r.add(BigInteger.ONE);
            case "dec" -> r.signum() == 0 || r.compareTo(s) > 0 ? s : r.subtract(BigInteger.ONE);
            default -> throw new IllegalArgumentException(op);
        };
    }

    @ParameterizedTest
    @CsvSource({
        "add, u32", "add, s32", "add, u64", "min, u32", "min, s32", "min, u64", "min, s64", "max, u32", "max, s32",
        "max, u64", "max, s64", "inc, u32", "dec, u32", "and, b32", "and, b64", "or, b32", "or, b64", "xor, b32",
        "xor, b64", "exch, b32", "exch, b64", "cas, b32", "cas, b64"
    })
    void integers(String op, String type) {
        boolean wide = type.endsWith("64");
        Random random = new Random(1);
        for (String space : List.of("global", "shared")) {
            String ptx = one("sm_80", space, op, type, wide);
            for (int a : EDGES) {
                for (int b : EDGES) {
                    long r = wide ? (long) a << 32 | random.nextInt(3) : a;
                    long s = wide ? (long) b << 32 | random.nextInt(3) : b;
                    long t = random.nextLong();
                    long[] found = run(ptx, r, s, t);
                    BigInteger before = whole(r, type);
                    BigInteger after = expected(op, before, whole(s, type), whole(t, type));
                    long keep = wide ? -1 : 0xffff_ffffL;
                    assertThat(found[0] & keep)
                            .as("%s.%s of %d, %d", op, type, r, s)
                            .isEqualTo(r & keep);
                    assertThat(found[1] & keep)
                            .as("%s.%s of %d, %d", op, type, r, s)
                            .isEqualTo(after.longValue() & keep);
                }
            }
        }
    }

    @Test
    void floats() {
        int tiny = 0x0040_0000;
        int one = Float.floatToRawIntBits(1f);
        String global = one("sm_80", "global", "add", "f32", false).replace("%r", "%r");
        String shared = one("sm_80", "shared", "add", "f32", false);
        assertThat((int) run(shared, tiny, tiny, 0)[1]).isEqualTo(2 * tiny);
        assertThat((int) run(global, tiny, tiny, 0)[1]).isEqualTo(0);
        assertThat((int) run(global, one, tiny, 0)[1]).isEqualTo(one);
        Random random = new Random(3);
        for (int i = 0; i < 50; i++) {
            float a = random.nextFloat() * 1e6f;
            float b = random.nextFloat() - 0.5f;
            int sum = (int) run(global, Float.floatToRawIntBits(a), Float.floatToRawIntBits(b), 0)[1];
            assertThat(Float.intBitsToFloat(sum)).isEqualTo(a + b);
        }
        String wide = one("sm_80", "global", "add", "f64", true);
        long sum = run(wide, Double.doubleToRawLongBits(0.1), Double.doubleToRawLongBits(0.2), 0)[1];
        assertThat(Double.longBitsToDouble(sum)).isEqualTo(0.1 + 0.2);
    }

    @Test
    void halves() {
        // 1 + 2^-11 ties to even: 1; 1.5 + 2^-10 is exact.
        String pair = one("sm_80", "global", "add.noftz", "f16x2", false);
        assertThat((int) run(pair, 0x3c00_3e00, 0x1000_1400, 0)[1]).isEqualTo(0x3c00_3e01);
        String brain = one("sm_90", "global", "add.noftz", "bf16x2", false);
        assertThat((int) run(brain, 0x3f80_3f80, 0x3f80_4000, 0)[1]).isEqualTo(0x4000_4040);
    }

    private static final int BLOCKS = 6;
    private static final int THREADS = 64;

    /** Every thread publishes a value, the grid meets, and every thread reads that of another block. */
    private static String gridBarrier(String before, String arrive, String look, String after) {
        return Litmus.kernel("sm_80", "", """
                    mov.u32 %%r3, %%nctaid.x;
                    mov.u32 %%r4, %%ntid.x;
                    mad.lo.u32 %%r5, %%r2, %%r4, %%r1;
                    mul.wide.u32 %%rd3, %%r5, 4;
                    add.u64 %%rd3, %%rd3, %%rd2;
                    st.global.u32 [%%rd3], %%r5;
                    bar.sync 0;
                    setp.ne.u32 %%p1, %%r1, 0;
                    @%%p1 bra MEET;
                    %s
                    %s
                SPIN:
                    %s
                    setp.lt.u32 %%p2, %%r7, %%r3;
                    @%%p2 bra SPIN;
                    %s
                MEET:
                    bar.sync 0;
                    add.u32 %%r8, %%r2, 1;
                    rem.u32 %%r8, %%r8, %%r3;
                    mad.lo.u32 %%r8, %%r8, %%r4, %%r1;
                    mul.wide.u32 %%rd4, %%r8, 4;
                    add.u64 %%rd4, %%rd4, %%rd2;
                    ld.global.u32 %%r9, [%%rd4];
                    add.u64 %%rd5, %%rd3, 4096;
                    st.global.u32 [%%rd5], %%r9;
                """.formatted(before, arrive, look, after));
    }

    private static List<FindingKind> meet(String ptx, int seed) {
        LaunchShape shape = new LaunchShape(Dim3.of(BLOCKS), Dim3.of(THREADS), Dim3.ONE, 0, true);
        return Litmus.findings(ptx, shape, ExecutionOptions.standard().withSeed(seed)).stream()
                .map(Finding::kind)
                .distinct()
                .toList();
    }

    @Test
    void gridBarriers() {
        String released = gridBarrier(
                "", "atom.add.release.gpu.global.u32 %r6, [%rd1], 1;", "ld.acquire.gpu.global.u32 %r7, [%rd1];", "");
        String fenced = gridBarrier(
                "membar.gl;",
                "atom.add.global.u32 %r6, [%rd1], 1;",
                "ld.volatile.global.u32 %r7, [%rd1];",
                "membar.gl;");
        for (int seed = 0; seed < 100; seed++) {
            assertThat(meet(released, seed)).as("seed %d", seed).isEmpty();
            assertThat(meet(fenced, seed)).as("seed %d", seed).isEmpty();
        }
    }

    @Test
    void gridBarriersThatDoNotOrder() {
        assertThat(meet(
                        gridBarrier(
                                "",
                                "atom.add.global.u32 %r6, [%rd1], 1;",
                                "ld.acquire.gpu.global.u32 %r7, [%rd1];",
                                ""),
                        0))
                .containsExactly(FindingKind.RACE);
        assertThat(meet(
                        gridBarrier(
                                "membar.gl;",
                                "atom.add.global.u32 %r6, [%rd1], 1;",
                                "ld.volatile.global.u32 %r7, [%rd1];",
                                ""),
                        0))
                .containsExactly(FindingKind.RACE);
        assertThat(meet(
                        gridBarrier(
                                "",
                                "atom.add.release.cta.global.u32 %r6, [%rd1], 1;",
                                "ld.acquire.cta.global.u32 %r7, [%rd1];",
                                ""),
                        0))
                .contains(FindingKind.RACE);
        assertThat(meet(
                        gridBarrier(
                                "membar.gl;",
                                "atom.add.global.u32 %r6, [%rd1], 1;",
                                "ld.global.u32 %r7, [%rd1];",
                                "membar.gl;"),
                        0))
                .contains(FindingKind.RACE);
    }

    @Test
    void oneArrivalIsMissing() {
        String ptx = gridBarrier(
                "setp.eq.u32 %p3, %r2, 3;",
                "@!%p3 atom.add.release.gpu.global.u32 %r6, [%rd1], 1;", "ld.acquire.gpu.global.u32 %r7, [%rd1];", "");
        assertThat(meet(ptx, 0)).containsExactly(FindingKind.DEADLOCK);
    }

    /** Threads of four blocks add up in a critical section. */
    private static String lock(String acquire, String release) {
        return Litmus.kernel("sm_80", "", """
                SPIN:
                    atom.cas%s.global.b32 %%r5, [%%rd1], 0, 1;
                    setp.ne.u32 %%p1, %%r5, 0;
                    @%%p1 bra SPIN;
                    ld.global.u32 %%r6, [%%rd2];
                    add.u32 %%r6, %%r6, 1;
                    st.global.u32 [%%rd2], %%r6;
                    atom.exch%s.global.b32 %%r7, [%%rd1], 0;
                """.formatted(acquire, release)
                .replace("atom.cas.acquire.gpu", "atom.acquire.gpu.cas")
                .replace("atom.exch.release.gpu", "atom.release.gpu.exch"));
    }

    @Test
    void locksWithinAWarpAndAcrossBlocks() {
        String right = lock(".acquire.gpu", ".release.gpu");
        for (int seed = 0; seed < 100; seed++) {
            ExecutionOptions options = ExecutionOptions.standard().withSeed(seed);
            assertThat(Litmus.run(right, 4, 40, options)).as("seed %d", seed).isEmpty();
        }
        assertThat(Litmus.run(lock(".acquire.gpu", ""), 4, 1, ExecutionOptions.standard()))
                .containsExactly(FindingKind.RACE);
        assertThat(Litmus.run(lock("", ".release.gpu"), 4, 1, ExecutionOptions.standard()))
                .containsExactly(FindingKind.RACE);
    }

    /** Each of two blocks writes its own place and reads the other's. */
    private static String storeBuffering(String store, String fence, String load) {
        return Litmus.kernel("sm_80", "", """
                    mul.wide.u32 %%rd3, %%r2, 128;
                    add.u64 %%rd4, %%rd1, %%rd3;
                    xor.b32 %%r5, %%r2, 1;
                    mul.wide.u32 %%rd5, %%r5, 128;
                    add.u64 %%rd6, %%rd1, %%rd5;
                    mov.u32 %%r6, 1;
                    %s [%%rd4], %%r6;
                    %s
                    %s %%r7, [%%rd6];
                    add.u64 %%rd7, %%rd2, %%rd3;
                    st.global.u32 [%%rd7], %%r7;
                """.formatted(store, fence, load));
    }

    @Test
    void storeBufferingRacesOnlyWherePlain() {
        for (String fence : List.of("", "fence.sc.gpu;", "fence.acq_rel.gpu;")) {
            String strong = storeBuffering("st.relaxed.gpu.global.u32", fence, "ld.relaxed.gpu.global.u32");
            String narrow = storeBuffering("st.relaxed.cta.global.u32", fence, "ld.relaxed.cta.global.u32");
            String plain = storeBuffering("st.global.u32", fence, "ld.global.u32");
            for (int seed = 0; seed < 20; seed++) {
                ExecutionOptions options = ExecutionOptions.standard().withSeed(seed);
                assertThat(Litmus.run(strong, 2, 1, options)).isEmpty();
                assertThat(Litmus.run(narrow, 2, 1, options)).containsExactly(FindingKind.RACE);
                assertThat(Litmus.run(plain, 2, 1, options)).containsExactly(FindingKind.RACE);
            }
        }
    }

    /** A later plain access must be ordered after every one of several atomics, not only the last. */
    @Test
    void everyAtomicCounts() {
        String ptx = Litmus.kernel("sm_80", ".shared .align 4 .b32 sum;", """
                    setp.ne.u32 %p1, %r1, 0;
                    @!%p1 st.shared.u32 [sum], 0;
                    bar.sync 0;
                    red.shared.add.u32 [sum], 1;
                    BARRIER
                    @%p1 bra DONE;
                    ld.shared.u32 %r5, [sum];
                    st.global.u32 [%rd2], %r5;
                DONE:
                """);
        assertThat(Litmus.run(ptx.replace("BARRIER", "bar.sync 0;"), 1, 96, ExecutionOptions.standard()))
                .isEmpty();
        // Only the last warp meets the first; the atomics of the middle one are not ordered before the load.
        String partial = ptx.replace(
                "BARRIER",
                "shr.u32 %r6, %r1, 5;\n    setp.eq.u32 %p2, %r6, 1;\n    @%p2 bra DONE;\n    bar.sync 1, 64;");
        assertThat(Litmus.run(partial, 1, 96, ExecutionOptions.standard())).containsExactly(FindingKind.RACE);
    }
}
