package dev.clipjet.ptx.vectors;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Operands to try: the edges of every type, in all combinations, and random ones; all of them where there are only 65,536. */
final class Operands {
    private static final int CASES = 240;

    private Operands() {}

    static long[][] of(Form form) {
        List<String> types = form.signature().subList(1, form.signature().size()).stream()
                .filter(type -> !type.equals("lut"))
                .toList();
        if (types.size() == 1 && Form.width(types.get(0)) == 16) {
            long[] all = new long[1 << 16];
            for (int i = 0; i < all.length; i++) {
                all[i] = i;
            }
            return new long[][] {all};
        }
        Random random = new Random(form.name().hashCode());
        List<long[]> edges = types.stream().map(Operands::edges).toList();
        long combinations = edges.stream().mapToLong(e -> e.length).reduce(1, (a, b) -> a * b);
        int n = (int) Math.min(2L * CASES, combinations) + CASES;
        long[][] cases = new long[types.size()][n];
        for (int c = 0; c < n; c++) {
            long index = combinations <= 2L * CASES ? c : (random.nextLong() & Long.MAX_VALUE) % combinations;
            boolean edge = c < n - CASES;
            for (int i = 0; i < cases.length; i++) {
                long[] choices = edges.get(i);
                cases[i][c] = edge ? choices[(int) (index % choices.length)] : any(types.get(i), random);
                index /= choices.length;
            }
        }
        return cases;
    }

    private static long any(String type, Random random) {
        int width = Form.width(type);
        long bits = random.nextLong() & (width == 64 ? -1 : (1L << width) - 1);
        if (width == 1) {
            return bits & 1;
        }
        boolean number = type.startsWith("f") || type.startsWith("bf") || type.equals("tf32");
        if (number && random.nextInt(3) > 0) {
            // Numbers of similar size, so that sums and conversions meet their roundings.
            Format format = Format.of(type);
            if (format != null) {
                long exponent = (1L << format.exponentBits - 1) - 1 + random.nextInt(9) - 4;
                long fraction = bits & (1L << format.fractionBits) - 1;
                return exponent << format.fractionBits | fraction | format.zero(random.nextBoolean());
            }
        }
        return !number && random.nextInt(4) == 0 ? bits & 0x3f : bits;
    }

    private static long[] edges(String type) {
        int width = Form.width(type);
        if (width == 1) {
            return new long[] {0, 1};
        }
        if (type.endsWith("x2")) {
            long[] half = edges(type.substring(0, type.length() - 2));
            long[] both = new long[half.length];
            for (int i = 0; i < half.length; i++) {
                both[i] = half[i] << 16 | half[half.length - 1 - i];
            }
            return both;
        }
        Format format = Format.of(type.equals("tf32") ? "f32" : type);
        if (format != null) {
            long one = (1L << format.exponentBits - 1) - 1 << format.fractionBits;
            long minNormal = 1L << format.fractionBits;
            long[] positive = {
                0, 1, minNormal - 1, minNormal, minNormal + 1, one - 1, one, one + 1, one + (minNormal >> 1),
                one + 2 * minNormal + (minNormal >> 1), format.largest(false), format.infinity(false),
                format.infinity(false) + 1, format.nan()
            };
            long[] all = new long[2 * positive.length];
            for (int i = 0; i < positive.length; i++) {
                all[2 * i] = positive[i];
                all[2 * i + 1] = positive[i] | format.zero(true);
            }
            return all;
        }
        long top = 1L << width - 1;
        long mask = width == 64 ? -1 : (1L << width) - 1;
        List<Long> values = new ArrayList<>(
                List.of(0L, 1L, 2L, 3L, 7L, 8L, 15L, 16L, 31L, 32L, 33L, 63L, 64L, 65L, 255L, 256L));
        values.addAll(List.of(mask, mask - 1, top & mask, top - 1 & mask, top + 1 & mask, 0x5555555555555555L & mask));
        return values.stream().mapToLong(v -> v & mask).distinct().toArray();
    }
}
