package dev.clipjet.graph;

import dev.clipjet.error.InvalidInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Where every value of a graph lies in one arena. Values whose lifetimes do not overlap may share memory: the largest
 * are placed first, each at the lowest offset that is free during its whole life.
 */
public final class MemoryPlan {
    /** Offsets are multiples of a cache line, so that no two values share one. */
    private static final int FLOATS_OF_A_LINE = 16;

    /** What an arena can hold: a buffer of Java addresses 2 GiB. */
    private static final long MAX_FLOATS = Integer.MAX_VALUE / Float.BYTES;

    /** A value's life, from the operation that first writes it to the last that touches it, both inclusive. */
    private record Lifetime(Value value, int first, int last, long size) {
        boolean overlaps(Lifetime other) {
            return first <= other.last && other.first <= last;
        }
    }

    private final long[] offsets;
    private final long size;

    private MemoryPlan(long[] offsets, long size) {
        this.offsets = offsets;
        this.size = size;
    }

    /** Dense float32 values, counted in floats. */
    static MemoryPlan floats(List<Op> ops, List<Value> values, Capacity capacity) {
        MemoryPlan plan =
                of(ops, values, value -> (long) capacity.rows(value.axis()) * value.columns(), FLOATS_OF_A_LINE);
        if (plan.size > MAX_FLOATS) {
            throw new InvalidInputException("the intermediate results of one call need " + plan.size
                    + " floats, an arena holds at most " + MAX_FLOATS);
        }
        return plan;
    }

    /**
     * A plan for an executor with a layout of its own.
     *
     * @param size of every value, in the executor's unit
     * @param alignment of every value, in the same unit
     */
    public static MemoryPlan of(Graph graph, ToLongFunction<Value> size, int alignment) {
        return of(graph.ops(), graph.values(), size, alignment);
    }

    private static MemoryPlan of(List<Op> ops, List<Value> values, ToLongFunction<Value> size, int alignment) {
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
            long aligned = (size.applyAsLong(value) + alignment - 1) / alignment * alignment;
            lifetimes.add(new Lifetime(value, first[value.id()], last[value.id()], aligned));
        }
        lifetimes.sort(Comparator.comparingLong(Lifetime::size)
                .reversed()
                .thenComparingInt(lifetime -> lifetime.value().id()));
        long[] offsets = new long[values.size()];
        List<Lifetime> placed = new ArrayList<>();
        long end = 0;
        for (Lifetime lifetime : lifetimes) {
            long offset = lowestFree(lifetime, placed, offsets);
            offsets[lifetime.value().id()] = offset;
            placed.add(lifetime);
            end = Math.max(end, offset + lifetime.size());
        }
        return new MemoryPlan(offsets, end);
    }

    private static long lowestFree(Lifetime lifetime, List<Lifetime> placed, long[] offsets) {
        List<Lifetime> inTheWay = placed.stream()
                .filter(lifetime::overlaps)
                .sorted(Comparator.comparingLong(other -> offsets[other.value().id()]))
                .toList();
        long offset = 0;
        for (Lifetime other : inTheWay) {
            long start = offsets[other.value().id()];
            if (offset + lifetime.size() <= start) {
                break;
            }
            offset = Math.max(offset, start + other.size());
        }
        return offset;
    }

    /** Offset of a value in the arena. */
    public long offset(Value value) {
        return offsets[value.id()];
    }

    /** Size of the arena. */
    public long size() {
        return size;
    }
}
