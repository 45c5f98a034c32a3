package dev.clipjet.ptx.profile;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * One launch on one GPU: how long each resource is busy if nothing else held it up, and which one is busy longest. A model to rank
 * variants by, not a promise of microseconds: it knows neither latency nor caches.
 *
 * @param kernel the entry
 * @param gpu the GPU
 * @param occupancy blocks of an SM
 * @param waves rounds in which the grid runs
 * @param microseconds predicted time, the launch included
 * @param floor time of the bytes that must move or the products that must be made, whichever is longer
 * @param limit the resource that is busy longest
 * @param busy microseconds that each resource is busy
 */
public record LaunchProfile(
        String kernel,
        GpuModel gpu,
        Occupancy occupancy,
        int waves,
        double microseconds,
        double floor,
        String limit,
        Map<String, Double> busy) {
    /**
     * What a launch did.
     *
     * @param kernel the entry
     * @param blocks blocks of the grid
     * @param threads threads of a block
     * @param sharedBytes shared memory of a block
     * @param instructions warp instructions by class
     * @param sectors sectors of global memory that requests touched
     * @param firstTouchBytes bytes of the distinct sectors read and written
     * @param wavefronts wavefronts of shared memory
     * @param tensorMacs multiply-adds of {@code mma.sync}
     * @param groupMacs multiply-adds of {@code wgmma}
     */
    public record Counts(
            String kernel,
            long blocks,
            int threads,
            int sharedBytes,
            Map<InstructionClass, Long> instructions,
            long sectors,
            long firstTouchBytes,
            long wavefronts,
            long tensorMacs,
            long groupMacs) {}

    /**
     * Predicts.
     *
     * @param counts what the launch did
     * @param gpu where it would run
     * @param registers registers of a thread as the assembler gives them, 0 if unknown
     */
    public static LaunchProfile of(Counts counts, GpuModel gpu, int registers) {
        Occupancy occupancy = Occupancy.of(gpu.capability(), counts.threads(), registers, counts.sharedBytes());
        if (occupancy.blocks() == 0) {
            throw new IllegalArgumentException("no block of " + counts.kernel() + " fits an SM of " + gpu.name());
        }
        long places = (long) gpu.multiprocessors() * occupancy.blocks();
        int waves = (int) ((counts.blocks() + places - 1) / places);
        // The busiest SM decides, and it runs whole blocks.
        long busiest = (counts.blocks() + gpu.multiprocessors() - 1) / gpu.multiprocessors();
        double share = (double) busiest / counts.blocks();
        double microsecond = gpu.gigahertz() * 1e3;
        Map<String, Double> busy = new LinkedHashMap<>();
        Map<InstructionClass, Long> mix = new EnumMap<>(InstructionClass.class);
        mix.putAll(counts.instructions());
        long all = mix.values().stream().mapToLong(Long::longValue).sum();
        busy.put("issue", share * all / gpu.issue() / microsecond);
        busy.put("fp32", share * 32 * at(mix, InstructionClass.FLOAT) / gpu.floatLanes() / microsecond);
        busy.put("special", share * 32 * at(mix, InstructionClass.SPECIAL) / gpu.specialLanes() / microsecond);
        busy.put(
                "load/store",
                share * 32 * (at(mix, InstructionClass.MEMORY) + at(mix, InstructionClass.EXCHANGE))
                        / gpu.exchangeLanes() / microsecond);
        busy.put("shared", share * 128 * counts.wavefronts() / gpu.sharedBytes() / microsecond);
        double tensor = share * counts.tensorMacs() / gpu.tensorMacs() / microsecond;
        if (counts.groupMacs() > 0) {
            tensor += gpu.groupMacs() == 0 ? Double.POSITIVE_INFINITY : share * counts.groupMacs() / gpu.groupMacs() / microsecond;
        }
        busy.put("tensor", tensor);
        busy.put("L2", share * 32 * counts.sectors() / gpu.cacheBytes() / microsecond);
        double memory = counts.firstTouchBytes() / (gpu.memoryTerabytes() * 1e6);
        busy.put("memory", memory);
        String limit = "issue";
        for (Map.Entry<String, Double> resource : busy.entrySet()) {
            limit = resource.getValue() > busy.get(limit) ? resource.getKey() : limit;
        }
        long macs = counts.tensorMacs() + counts.groupMacs();
        double best = Math.max(gpu.tensorMacs(), gpu.groupMacs()) * (double) gpu.multiprocessors() * microsecond;
        double floor = Math.max(memory, macs / best);
        return new LaunchProfile(
                counts.kernel(),
                gpu,
                occupancy,
                waves,
                busy.get(limit) + gpu.launchMicroseconds(),
                floor,
                limit,
                Map.copyOf(busy));
    }

    private static long at(Map<InstructionClass, Long> mix, InstructionClass which) {
        return mix.getOrDefault(which, 0L);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s on %s: %.2f us predicted, floor %.2f us, limited by %s; %d of %d warps per SM (%s), %d wave%s",
                kernel,
                gpu.name(),
                microseconds,
                floor,
                limit,
                occupancy.warps(),
                occupancy.maxWarps(),
                occupancy.limit(),
                waves,
                waves == 1 ? "" : "s");
    }
}
