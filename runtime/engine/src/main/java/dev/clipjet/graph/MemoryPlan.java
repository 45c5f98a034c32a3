package dev.clipjet.graph;

import dev.clipjet.error.InvalidInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Where every value of a graph lies in one arena. Values whose lifetimes do not overlap may share memory: the largest
 * are placed first, each at the lowest offset that is free during its whole life.
 */
public final class MemoryPlan {
    /** Offsets are multiples of a cache line, so that no two values share one. */
    private static final int ALIGNMENT = 16;

    /** What an arena can hold: a buffer of Java addresses 2 GiB. */
    private static final long MOST_FLOATS = Integer.MAX_VALUE / Float.BYTES;

    /** A value's life, from the operation that first writes it to the last that touches it, both inclusive. */
    private record Lifetime(Value value, int first, int last, int size) {
        boolean overlaps(Lifetime other) {
            return first <= other.last && other.first <= last;
        }
    }

    private final int[] offsets;
    private final int size;

    private MemoryPlan(int[] offsets, int size) {
        this.offsets = offsets;
        this.size = size;
    }

    static MemoryPlan of(List<Op> ops, List<Value> values, Capacity capacity) {
        int[] first = new int[values.size()];
        int[] last = new int[values.size()];
        Arrays.fill(first, Integer.MAX_VALUE);
        for (int i = 0; i < ops.size(); i++) {
            Op op = ops.get(i);
            for (Value value : op.inputs()) {
                last[value.id()] = i;
            }
            first[op.output().id()] = Math.min(first[op.output().id()], i);
            last[op.output().id()] = Math.max(last[op.output().id()], i);
        }
        // The result is read after the last operation.
        last[ops.get(ops.size() - 1).output().id()] = ops.size();
        List<Lifetime> lifetimes = new ArrayList<>();
        for (Value value : values) {
            long floats = (long) capacity.of(value.rows()) * value.columns();
            long aligned = (floats + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
            if (aligned > MOST_FLOATS) {
                throw tooLarge(value.name(), aligned);
            }
            lifetimes.add(new Lifetime(value, first[value.id()], last[value.id()], (int) aligned));
        }
        lifetimes.sort(Comparator.comparingInt(Lifetime::size)
                .reversed()
                .thenComparingInt(lifetime -> lifetime.value().id()));
        int[] offsets = new int[values.size()];
        List<Lifetime> placed = new ArrayList<>();
        int end = 0;
        for (Lifetime lifetime : lifetimes) {
            long offset = lowestFree(lifetime, placed, offsets);
            if (offset + lifetime.size() > MOST_FLOATS) {
                throw tooLarge(lifetime.value().name(), offset + lifetime.size());
            }
            offsets[lifetime.value().id()] = (int) offset;
            placed.add(lifetime);
            end = Math.max(end, (int) offset + lifetime.size());
        }
        return new MemoryPlan(offsets, end);
    }

    private static InvalidInputException tooLarge(String value, long floats) {
        return new InvalidInputException("the intermediate results of one call need " + floats + " floats with " + value
                + ", an arena holds at most " + MOST_FLOATS);
    }

    private static long lowestFree(Lifetime lifetime, List<Lifetime> placed, int[] offsets) {
        List<Lifetime> inTheWay = placed.stream()
                .filter(lifetime::overlaps)
                .sorted(Comparator.comparingInt(other -> offsets[other.value().id()]))
                .toList();
        long offset = 0;
        for (Lifetime other : inTheWay) {
            int start = offsets[other.value().id()];
            if (offset + lifetime.size() <= start) {
                break;
            }
            offset = Math.max(offset, (long) start + other.size());
        }
        return offset;
    }

    /** Offset of a value in the arena, in floats. */
    public int offset(Value value) {
        return offsets[value.id()];
    }

    /** Size of the arena in floats. */
    public int size() {
        return size;
    }
}
