package dev.clipjet.graph;

import dev.clipjet.error.InvalidInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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

    /**
     * What a step of an executor does to memory.
     *
     * @param reads values that it reads
     * @param written the value that it writes
     * @param takenOver the value in whose place the written one is to lie; of the same size, and read by no later step
     */
    public record Access(List<Value> reads, Value written, Optional<Value> takenOver) {
        /**
         * Operations that are computed at once, with nothing stored but the output of the last.
         *
         * @param together at least one, in order
         */
        public static Access of(List<Op> together) {
            List<Value> reads = new ArrayList<>();
            Set<Value> within = new HashSet<>();
            for (Op op : together) {
                op.inputs().stream().filter(value -> !within.contains(value)).forEach(reads::add);
                within.add(op.output());
            }
            return new Access(reads, together.get(together.size() - 1).output(), Optional.empty());
        }
    }

    /** A value that no step touches has no place. */
    private static final long NOWHERE = -1;

    private final long[] offsets;
    private final long size;

    private MemoryPlan(long[] offsets, long size) {
        this.offsets = offsets;
        this.size = size;
    }

    /** Dense float32 values, counted in floats. */
    public static MemoryPlan floats(List<Access> steps, List<Value> values, Capacity capacity) {
        MemoryPlan plan =
                of(steps, values, value -> (long) capacity.rows(value.axis()) * value.columns(), FLOATS_OF_A_LINE);
        if (plan.size > MAX_FLOATS) {
            throw new InvalidInputException("the intermediate results of one call need " + plan.size
                    + " floats, an arena holds at most " + MAX_FLOATS);
        }
        return plan;
    }

    /**
     * A plan for an executor with a layout of its own.
     *
     * @param steps what it does, in order, at least one
     * @param values of the graph
     * @param size of every value, in the executor's unit
     * @param alignment of every value, in the same unit
     */
    public static MemoryPlan of(List<Access> steps, List<Value> values, ToLongFunction<Value> size, int alignment) {
        int[] first = new int[values.size()];
        int[] last = new int[values.size()];
        int[] place = new int[values.size()]; // the value in whose place a value lies
        Arrays.fill(first, Integer.MAX_VALUE);
        Arrays.setAll(place, i -> i);
        for (int i = 0; i < steps.size(); i++) {
            Access step = steps.get(i);
            step.takenOver().ifPresent(old -> place[step.written().id()] = place[old.id()]);
            for (Value value : step.reads()) {
                last[place[value.id()]] = i;
            }
            int written = place[step.written().id()];
            first[written] = Math.min(first[written], i);
            last[written] = Math.max(last[written], i);
        }
        // The result is read after the last step.
        last[place[steps.get(steps.size() - 1).written().id()]] = steps.size();
        List<Lifetime> lifetimes = new ArrayList<>();
        for (Value value : values) {
            int id = value.id();
            if (place[id] == id && first[id] != Integer.MAX_VALUE) {
                long aligned = (size.applyAsLong(value) + alignment - 1) / alignment * alignment;
                lifetimes.add(new Lifetime(value, first[id], last[id], aligned));
            }
        }
        lifetimes.sort(Comparator.comparingLong(Lifetime::size)
                .reversed()
                .thenComparingInt(lifetime -> lifetime.value().id()));
        long[] offsets = new long[values.size()];
        Arrays.fill(offsets, NOWHERE);
        List<Lifetime> placed = new ArrayList<>();
        long end = 0;
        for (Lifetime lifetime : lifetimes) {
            long offset = lowestFree(lifetime, placed, offsets);
            offsets[lifetime.value().id()] = offset;
            placed.add(lifetime);
            end = Math.max(end, offset + lifetime.size());
        }
        for (int i = 0; i < place.length; i++) {
            offsets[i] = offsets[place[i]];
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

    /**
     * Offset of a value in the arena.
     *
     * @throws IllegalArgumentException if no step touches it
     */
    public long offset(Value value) {
        if (offsets[value.id()] == NOWHERE) {
            throw new IllegalArgumentException(value.name() + " is never stored");
        }
        return offsets[value.id()];
    }

    /** Size of the arena. */
    public long size() {
        return size;
    }
}
