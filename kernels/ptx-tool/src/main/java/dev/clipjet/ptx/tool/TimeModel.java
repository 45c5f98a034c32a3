package dev.clipjet.ptx.tool;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clipjet.ptx.profile.LaunchProfile;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The predicted time on one GPU.
 *
 * @param gpu the GPU
 * @param registers of a thread, 0 if unknown
 * @param profile the prediction, null if no block fits
 * @param refusal why none fits, else empty
 */
record TimeModel(Gpu gpu, int registers, LaunchProfile profile, String refusal) {
    static TimeModel of(LaunchProfile.Counts counts, Gpu gpu, int registers) {
        try {
            return new TimeModel(gpu, registers, LaunchProfile.of(counts, gpu.model(), registers), "");
        } catch (IllegalArgumentException tooLarge) {
            return new TimeModel(gpu, registers, null, tooLarge.getMessage());
        }
    }

    /** What each resource is busy, the busiest first. */
    private List<Map.Entry<String, Double>> busy() {
        return profile.busy().entrySet().stream()
                .sorted(Comparator.comparing((Map.Entry<String, Double> each) -> -each.getValue())
                        .thenComparing(Map.Entry::getKey))
                .toList();
    }

    /** A row of the table that {@link #HEAD} begins. */
    String row() {
        if (profile == null) {
            return String.format(Locale.ROOT, "  %-6s %s", gpu, refusal);
        }
        String shares = busy().stream()
                .filter(each -> each.getValue() >= 0.005)
                .map(each -> String.format(Locale.ROOT, "%s %.2f", each.getKey(), each.getValue()))
                .collect(Collectors.joining(", "));
        return String.format(
                        Locale.ROOT,
                        "  %-6s %9s %9d %-24s %5d %10.2f %10.2f  %-10s  %s",
                        gpu,
                        registers == 0 ? "unknown" : Integer.toString(registers),
                        profile.occupancy().blocks(),
                        profile.occupancy().warps() + " of "
                                + profile.occupancy().maxWarps() + ", "
                                + profile.occupancy().limit(),
                        profile.waves(),
                        profile.microseconds(),
                        profile.floor(),
                        profile.limit(),
                        shares)
                .stripTrailing();
    }

    static final String HEAD = String.format(
            Locale.ROOT,
            "  %-6s %9s %9s %-24s %5s %10s %10s  %-10s  %s",
            "GPU",
            "registers",
            "blocks/SM",
            "warps/SM, limited by",
            "waves",
            "time us",
            "floor us",
            "limit",
            "busy us");

    ObjectNode json() {
        ObjectNode node = Json.object().put("gpu", gpu.name());
        if (registers > 0) {
            node.put("registers", registers);
        }
        if (profile == null) {
            return node.put("refusal", refusal);
        }
        node.putObject("occupancy")
                .put("blocks", profile.occupancy().blocks())
                .put("warps", profile.occupancy().warps())
                .put("maxWarps", profile.occupancy().maxWarps())
                .put("limit", profile.occupancy().limit());
        node.put("waves", profile.waves())
                .put("microseconds", profile.microseconds())
                .put("floorMicroseconds", profile.floor())
                .put("limit", profile.limit());
        ObjectNode busy = node.putObject("busyMicroseconds");
        busy().forEach(each -> busy.put(each.getKey(), each.getValue()));
        return node;
    }
}
