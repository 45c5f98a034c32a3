package dev.clipjet.ptx.profile;

import dev.clipjet.ptx.exec.LaunchResult;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * What a launch did, as far as the time model and the measures of efficiency ask.
 *
 * @param counts for the time model
 * @param idealSectors sectors of global memory had every request's data lain side by side
 * @param idealWavefronts wavefronts of shared memory without conflicts
 */
public record LaunchCounts(LaunchProfile.Counts counts, long idealSectors, long idealWavefronts) {
    /** The counts of a launch that was counted. */
    public static LaunchCounts of(LaunchResult result) {
        return new LaunchCounts(
                result.counts(),
                MemoryCounters.sum(result.memory().idealSectors),
                MemoryCounters.sum(result.memory().idealWavefronts));
    }

    /**
     * The counts of a launch with more blocks, on the line through those of two smaller ones.
     *
     * @param small counts of a launch with {@code smallSize} blocks in the dimension that was cut
     * @param large counts of a launch with {@code largeSize} blocks in it
     * @param size blocks in it of the whole launch
     * @param blocks blocks of the whole launch
     */
    public static LaunchCounts extrapolated(
            LaunchCounts small, int smallSize, LaunchCounts large, int largeSize, int size, long blocks) {
        Line line = new Line(smallSize, largeSize, size);
        LaunchProfile.Counts a = small.counts;
        LaunchProfile.Counts b = large.counts;
        Map<InstructionClass, Long> mix = new EnumMap<>(InstructionClass.class);
        Set<InstructionClass> kinds = EnumSet.noneOf(InstructionClass.class);
        kinds.addAll(a.instructions().keySet());
        kinds.addAll(b.instructions().keySet());
        for (InstructionClass kind : kinds) {
            mix.put(
                    kind,
                    line.at(
                            a.instructions().getOrDefault(kind, 0L),
                            b.instructions().getOrDefault(kind, 0L)));
        }
        return new LaunchCounts(
                new LaunchProfile.Counts(
                        a.kernel(),
                        blocks,
                        a.threads(),
                        a.sharedBytes(),
                        mix,
                        line.at(a.sectors(), b.sectors()),
                        line.at(a.firstTouchBytes(), b.firstTouchBytes()),
                        line.at(a.wavefronts(), b.wavefronts()),
                        line.at(a.tensorMacs(), b.tensorMacs()),
                        line.at(a.groupMacs(), b.groupMacs())),
                line.at(small.idealSectors, large.idealSectors),
                line.at(small.idealWavefronts, large.idealWavefronts));
    }

    /** Share of the sectors that was needed, 1 if there are none. */
    public double sectorEfficiency() {
        return counts.sectors() == 0 ? 1 : Math.min(1, (double) idealSectors / counts.sectors());
    }

    /** Wavefronts of shared memory beyond those that were needed. */
    public long conflicts() {
        return Math.max(0, counts.wavefronts() - idealWavefronts);
    }

    private record Line(int small, int large, int size) {
        long at(long atSmall, long atLarge) {
            return Math.round(atSmall + (double) (atLarge - atSmall) * (size - small) / (large - small));
        }
    }
}
