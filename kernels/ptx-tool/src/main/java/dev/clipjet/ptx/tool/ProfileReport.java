package dev.clipjet.ptx.tool;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clipjet.ptx.assembler.KernelResources;
import dev.clipjet.ptx.exec.LaunchResult;
import dev.clipjet.ptx.profile.InstructionClass;
import dev.clipjet.ptx.profile.LaunchProfile;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** Counters of a launch, for people and for programs. */
final class ProfileReport {
    private final LaunchProfile.Counts counts;
    private final List<LineProfile> lines;
    private final LineProfile total;
    private final List<TimeModel> models;
    private final Resources resources;

    ProfileReport(LaunchResult result, List<TimeModel> models, Resources resources) {
        this.counts = result.counts();
        this.lines = LineProfile.all(result);
        this.total = LineProfile.total(lines);
        this.models = models;
        this.resources = resources;
    }

    void print(int shown, PrintWriter out) {
        row(
                out,
                "instructions",
                total.executions() + " of warps, " + fixed(total.activeLanes()) + " of 32 lanes active");
        row(
                out,
                "",
                mix().stream()
                        .map(each -> name(each.getKey()) + " " + each.getValue() + " ("
                                + percent((double) each.getValue() / total.executions()) + ")")
                        .collect(Collectors.joining(", ")));
        row(out, "tensor cores", counts.tensorMacs() + " multiply-adds by mma, " + counts.groupMacs() + " by wgmma");
        row(
                out,
                "global memory",
                total.requests() + " requests, " + total.sectors() + " sectors ("
                        + fixed(total.sectorsPerRequest()) + " a request, " + total.idealSectors() + " if contiguous), "
                        + percent(total.efficiency()) + " of their bytes asked for, " + counts.firstTouchBytes()
                        + " bytes touched");
        row(out, "shared memory", total.wavefronts() + " wavefronts, " + total.conflicts() + " of them by conflicts");
        LineProfile atomics = total(LineProfile::atomic);
        row(out, "atomics", atomics.executions() + " of warps, " + atomics.lanes() + " of lanes");
        row(out, "barriers", total(LineProfile::barrier).executions() + " of warps");
        out.println();
        for (TimeModel model : models) {
            resources(model.gpu(), out);
        }
        out.println(TimeModel.HEAD);
        models.forEach(model -> out.println(model.row()));
        table(
                out,
                "most executed",
                shown,
                LineProfile::executions,
                "   executed  share  lanes",
                line -> String.format(
                        Locale.ROOT,
                        "%11d %6s %6s",
                        line.executions(),
                        percent((double) line.executions() / total.executions()),
                        fixed(line.activeLanes())));
        table(
                out,
                "global memory",
                shown,
                LineProfile::sectors,
                "    sectors  a request  asked for",
                line -> String.format(
                        Locale.ROOT,
                        "%11d %10s %10s",
                        line.sectors(),
                        fixed(line.sectorsPerRequest()),
                        percent(line.efficiency())));
        table(
                out,
                "shared memory",
                shown,
                LineProfile::wavefronts,
                " wavefronts  conflicts",
                line -> String.format(Locale.ROOT, "%11d %10d", line.wavefronts(), line.conflicts()));
    }

    private void resources(Gpu gpu, PrintWriter out) {
        KernelResources known = resources.on(gpu).orElse(null);
        if (known != null) {
            row(
                    out,
                    gpu.name(),
                    known.registers() + " registers, " + known.stackBytes() + " bytes of stack, "
                            + known.spillStoreBytes() + " bytes spilled, " + known.sharedBytes()
                            + " bytes of static shared memory");
        } else if (!resources.reason(gpu).isEmpty()) {
            row(
                    out,
                    gpu.name(),
                    "registers are unknown and left out of the occupancy; --registers N gives them ("
                            + resources.reason(gpu) + ")");
        }
    }

    private static void row(PrintWriter out, String label, String text) {
        out.println(String.format(Locale.ROOT, "  %-14s %s", label, text));
    }

    private interface Columns {
        String of(LineProfile line);
    }

    private void table(
            PrintWriter out, String title, int shown, ToLongFunction<LineProfile> order, String head, Columns columns) {
        List<LineProfile> ranked = lines.stream()
                .filter(line -> order.applyAsLong(line) > 0)
                .sorted(Comparator.comparingLong(order).reversed().thenComparingInt(LineProfile::line))
                .toList();
        if (ranked.isEmpty() || shown == 0) {
            return;
        }
        out.println();
        out.println("  " + title + (ranked.size() > shown ? ", " + shown + " of " + ranked.size() + " lines" : ""));
        out.println(head + "    line");
        for (LineProfile line : ranked.subList(0, Math.min(shown, ranked.size()))) {
            out.println(columns.of(line)
                    + String.format(Locale.ROOT, " %7d  ", line.line())
                    + line.instruction()
                    + (line.source().isEmpty() ? "" : "  (" + line.source() + ")"));
        }
    }

    private LineProfile total(Predicate<LineProfile> which) {
        return LineProfile.total(lines.stream().filter(which).toList());
    }

    private List<Map.Entry<InstructionClass, Long>> mix() {
        return counts.instructions().entrySet().stream()
                .filter(each -> each.getValue() > 0)
                .sorted(Comparator.comparing((Map.Entry<InstructionClass, Long> each) -> -each.getValue())
                        .thenComparing(Map.Entry::getKey))
                .toList();
    }

    private static String name(InstructionClass which) {
        return which.name().toLowerCase(Locale.ROOT);
    }

    private static String fixed(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }

    void json(ObjectNode document) {
        ObjectNode totals = document.putObject("counters");
        totals.setAll(total.json());
        totals.put("firstTouchBytes", counts.firstTouchBytes())
                .put("tensorMacs", counts.tensorMacs())
                .put("groupTensorMacs", counts.groupMacs())
                .put("atomicInstructions", total(LineProfile::atomic).executions())
                .put("atomicLanes", total(LineProfile::atomic).lanes());
        ObjectNode mix = totals.putObject("mix");
        mix().forEach(each -> mix.put(name(each.getKey()), each.getValue()));
        ArrayNode predictions = document.putArray("gpus");
        for (TimeModel model : models) {
            ObjectNode node = model.json();
            resources
                    .on(model.gpu())
                    .ifPresent(known -> node.putObject("resources")
                            .put("registers", known.registers())
                            .put("stackBytes", known.stackBytes())
                            .put("spillStoreBytes", known.spillStoreBytes())
                            .put("spillLoadBytes", known.spillLoadBytes())
                            .put("sharedBytes", known.sharedBytes()));
            if (!resources.reason(model.gpu()).isEmpty()) {
                node.put("registersUnknown", resources.reason(model.gpu()));
            }
            predictions.add(node);
        }
        ArrayNode each = document.putArray("lines");
        lines.forEach(line -> each.add(line.json()));
    }
}
