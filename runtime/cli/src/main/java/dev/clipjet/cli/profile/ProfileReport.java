package dev.clipjet.cli.profile;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clipjet.ptx.profile.LaunchCounts;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A profile as a table or as JSON; equal launches are one line. */
public final class ProfileReport {
    private final TowerProfile profile;

    /** A report of a profile. */
    public ProfileReport(TowerProfile profile) {
        this.profile = profile;
    }

    /** Equal launches. */
    private record Group(ProfiledLaunch first, List<String> operations) {
        double microseconds() {
            return operations.size() * first.profile().microseconds();
        }
    }

    private List<Group> groups() {
        Map<List<Object>, Group> groups = new LinkedHashMap<>();
        for (ProfiledLaunch launch : profile.launches()) {
            List<Object> key = List.of(
                    launch.counts().counts(),
                    launch.counts().idealSectors(),
                    launch.counts().idealWavefronts());
            groups.computeIfAbsent(key, unused -> new Group(launch, new ArrayList<>()))
                    .operations()
                    .add(launch.operation());
        }
        return List.copyOf(groups.values());
    }

    /** The table. */
    public void print(PrintWriter out) {
        out.printf(
                "%-34s %5s %6s %7s %9s %9s %-12s %10s %6s %9s %6s  %s%n",
                "kernel",
                "times",
                "blocks",
                "threads",
                "us",
                "floor us",
                "limit",
                "sectors",
                "needed",
                "conflicts",
                "warps",
                "first operation");
        for (Group group : groups()) {
            ProfiledLaunch launch = group.first();
            LaunchCounts counts = launch.counts();
            out.printf(
                    Locale.ROOT,
                    "%-34s %5d %6d %7d %9.2f %9.2f %-12s %10d %5.0f%% %9d %3d/%2d  %s%n",
                    counts.counts().kernel(),
                    group.operations().size(),
                    counts.counts().blocks(),
                    counts.counts().threads(),
                    launch.profile().microseconds(),
                    launch.profile().floor(),
                    launch.profile().limit(),
                    counts.counts().sectors(),
                    100 * counts.sectorEfficiency(),
                    counts.conflicts(),
                    launch.profile().occupancy().warps(),
                    launch.profile().occupancy().maxWarps(),
                    launch.operation());
        }
        out.printf(
                Locale.ROOT,
                "%d launches on %s: %.1f us predicted, floor %.1f us (weights read once, or all operations at the best rate): %.2f"
                        + " times the floor%n",
                profile.launches().size(),
                profile.gpu(),
                profile.microseconds(),
                profile.floor(),
                profile.microseconds() / profile.floor());
        out.flush();
    }

    /** The document. */
    public ObjectNode json() {
        ObjectNode document = JsonNodeFactory.instance
                .objectNode()
                .put("gpu", profile.gpu())
                .put("launches", profile.launches().size())
                .put("predicted_us", profile.microseconds())
                .put("floor_us", profile.floor());
        ArrayNode kernels = document.putArray("kernels");
        for (Group group : groups()) {
            ProfiledLaunch launch = group.first();
            LaunchCounts counts = launch.counts();
            ObjectNode node = kernels.addObject()
                    .put("kernel", counts.counts().kernel())
                    .put("times", group.operations().size())
                    .put("blocks", counts.counts().blocks())
                    .put("threads", counts.counts().threads())
                    .put("predicted_us", launch.profile().microseconds())
                    .put("all_predicted_us", group.microseconds())
                    .put("floor_us", launch.profile().floor())
                    .put("limit", launch.profile().limit())
                    .put("sectors", counts.counts().sectors())
                    .put("sector_efficiency", counts.sectorEfficiency())
                    .put("first_touch_bytes", counts.counts().firstTouchBytes())
                    .put("wavefronts", counts.counts().wavefronts())
                    .put("conflicts", counts.conflicts())
                    .put("occupancy_warps", launch.profile().occupancy().warps())
                    .put("occupancy_limit", launch.profile().occupancy().limit());
            ArrayNode operations = node.putArray("operations");
            group.operations().forEach(operations::add);
        }
        return document;
    }
}
