package dev.clipjet.ptx.vectors;

import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;

/**
 * Operands to try: the edges of every type in all combinations (of three or more operands: of the foremost edges), edges and
 * others at random; all of them where there are only 65,536.
 */
final class Operands {
    private static final int RANDOM = 160;
    private static final int COMBINATIONS = 3600;

    private Operands() {}

    static long[][] of(Form form) {
        List<String> types = form.signature().subList(1, form.signature().size()).stream()
                .filter(type -> !type.equals("lut"))
                .toList();
        if (types.size() == 1 && Form.width(types.get(0)) <= 16) {
            return new long[][] {
                LongStream.range(0, 1L << Form.width(types.get(0))).toArray()
            };
        }
        Random random = new Random(form.name().hashCode());
        List<long[]> edges = types.stream().map(Operands::edges).toList();
        int most = edges.stream().mapToInt(e -> e.length).max().orElse(0);
        while (combinations(edges, most) > COMBINATIONS) {
            most--;
        }
        int all = (int) combinations(edges, most);
        long[][] cases = new long[types.size()][all + 2 * RANDOM];
        for (int c = 0; c < all + 2 * RANDOM; c++) {
            int index = c;
            for (int i = 0; i < cases.length; i++) {
                long[] choices = edges.get(i);
                int count = Math.min(most, choices.length);
                if (c < all) {
                    cases[i][c] = choices[index % count];
                    index /= count;
                } else if (c < all + RANDOM) {
                    cases[i][c] = choices[random.nextInt(choices.length)];
                } else {
                    cases[i][c] = any(types.get(i), random);
                }
            }
        }
        return cases;
    }

    private static long combinations(List<long[]> edges, int most) {
        return edges.stream().mapToLong(e -> Math.min(most, e.length)).reduce(1, (a, b) -> a * b);
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
            long one = format.one();
            long minNormal = 1L << format.fractionBits;
            // The foremost first.
            long[] positive = {
                0,
                1,
                one,
                format.infinity(false),
                format.largest(false),
                minNormal,
                one + 1,
                format.nan(),
                minNormal - 1,
                one - 1,
                one + (minNormal >> 1),
                one + 2 * minNormal + (minNormal >> 1),
                minNormal + 1,
                format.infinity(false) + 1,
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
        List<Long> values = List.of(
                0L,
                1L,
                mask,
                top,
                top - 1,
                2L,
                3L,
                31L,
                32L,
                16L,
                255L,
                0x5555555555555555L,
                top + 1,
                mask - 1,
                7L,
                8L,
                15L,
                33L,
                63L,
                64L,
                65L,
                256L);
        return values.stream().mapToLong(v -> v & mask).distinct().toArray();
    }
}
