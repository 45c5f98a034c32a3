package dev.clipjet.ptx.wgmma;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Pieces of PTX with {@code wgmma}. */
final class WgmmaText {
    private WgmmaText() {}

    /** {@code {%p0, %p1, ...}}. */
    static String registers(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + i).collect(Collectors.joining(", ", "{", "}"));
    }

    /** Stores of a 64 x n accumulator of floats to row-major memory at %rd2; thread in the warpgroup in %r1. */
    static String storeAccumulator(int n) {
        StringBuilder text = new StringBuilder("""
                    shr.u32 %r50, %r1, 5;
                    and.b32 %r51, %r1, 31;
                    shr.u32 %r52, %r51, 2;
                    and.b32 %r53, %r51, 3;
                    shl.b32 %r50, %r50, 4;
                    add.u32 %r50, %r50, %r52;
                    mul.lo.u32 %r50, %r50, ROW;
                    shl.b32 %r53, %r53, 1;
                    add.u32 %r50, %r50, %r53;
                    mul.wide.u32 %rd20, %r50, 4;
                    add.u64 %rd20, %rd20, %rd2;
                """.replace("ROW", String.valueOf(n)));
        for (int i = 0; i < n / 2; i++) {
            int at = 4 * (8 * (i >> 1 & 1) * n + 8 * (i >> 2) + (i & 1));
            text.append("    st.global.f32 [%rd20+")
                    .append(at)
                    .append("], %d")
                    .append(i)
                    .append(";\n");
        }
        return text.toString();
    }
}
