package dev.clipjet.ptx.tool;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a kernel in many orders and modes, under all checks. */
@Command(
        name = "check",
        description = {
            "Run a kernel in many orders, with asynchronous copies that land early and late, and report every error once.",
            "Without options: --seeds 0-9, and --landing all if the file has asynchronous copies."
        },
        footer = {
            LaunchOptions.ARGUMENT_FORMS,
            "  clipjet-ptx check reverse.ptx reverse --grid 1 --block 64 --arg x=in:f32[64]=range --arg y=out:f32[64]"
        })
final class CheckCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private LaunchOptions launch;

    @Mixin
    private ScheduleOptions schedule;

    @Option(
            names = "--gpu",
            defaultValue = "h200",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Gpu gpu;

    @Option(
            names = "--same-results",
            description = "Results that differ between orders are an error too, not a note only.")
    private boolean sameResults;

    @Override
    public Integer call() {
        Request request = launch.request();
        List<Configuration> configurations =
                schedule.all("0-9", request.file().copiesAsynchronously() ? "all" : "late");
        gpu.require(request.module());
        Survey survey = new Survey();
        for (Configuration configuration : configurations) {
            survey.add(configuration, Emulation.run(request, gpu, configuration.options(request, true)));
        }
        if (launch.json()) {
            Json.print(
                    document(request, configurations, survey),
                    spec.commandLine().getOut());
        } else {
            print(request, configurations, survey, spec.commandLine().getOut());
        }
        boolean found = !survey.entries().isEmpty()
                || sameResults && !survey.differences().isEmpty();
        return found ? Failures.FOUND : 0;
    }

    private void print(Request request, List<Configuration> configurations, Survey survey, PrintWriter out) {
        out.println(request.title(gpu));
        FindingReport report = new FindingReport(request);
        List<Survey.Group> groups = survey.groups();
        for (Survey.Group group : groups) {
            Survey.Entry entry = group.first();
            out.println();
            report.print(
                    entry.finding(),
                    entry.addresses(),
                    ", in " + group.runs() + " of " + Counted.of(survey.runs(), "run") + ", first with "
                            + entry.first(),
                    out);
            if (group.entries().size() > 1) {
                out.println("  and " + (group.entries().size() - 1) + " more between the same lines of the source"
                        + group.otherLines().stream()
                                .map(String::valueOf)
                                .collect(Collectors.joining(", ", ", PTX lines ", "")));
            }
        }
        for (Survey.Difference difference : survey.differences()) {
            out.println();
            out.println(difference(difference));
        }
        if (!survey.entries().isEmpty() || !survey.differences().isEmpty()) {
            out.println();
        }
        out.println(Counted.of(groups.size(), "finding") + " in " + Counted.of(survey.runs(), "run") + ", "
                + configurations.get(0)
                + (configurations.size() == 1 ? "" : " to " + configurations.get(configurations.size() - 1)) + "; "
                + survey.instructions() + " warp instructions");
    }

    private static String difference(Survey.Difference difference) {
        Argument.Buffer buffer = difference.output().buffer();
        int at = difference.index() * buffer.format().bytes();
        return "note: " + buffer.name() + "[" + difference.index() + "] depends on the order: "
                + value(difference.output(), at) + " with " + difference.first() + ", " + value(difference.other(), at)
                + " with " + difference.second();
    }

    private static String value(Outcome.Output output, int at) {
        return output.buffer().format().text(ByteBuffer.wrap(output.bytes()).order(ByteOrder.LITTLE_ENDIAN), at);
    }

    private ObjectNode document(Request request, List<Configuration> configurations, Survey survey) {
        ObjectNode document = Documents.launch(request).put("gpu", gpu.name());
        document.put("runs", configurations.size());
        document.put("warpInstructions", survey.instructions());
        FindingReport report = new FindingReport(request);
        ArrayNode findings = document.putArray("findings");
        for (Survey.Entry entry : survey.entries()) {
            ObjectNode node = report.json(entry.finding(), entry.addresses())
                    .put("runs", entry.runs().cardinality());
            node.set("firstRun", entry.first().json());
            findings.add(node);
        }
        ArrayNode differences = document.putArray("differences");
        for (Survey.Difference difference : survey.differences()) {
            Argument.Buffer buffer = difference.output().buffer();
            int at = difference.index() * buffer.format().bytes();
            ObjectNode node = differences.addObject().put("name", buffer.name()).put("index", difference.index());
            node.putArray("values").add(value(difference.output(), at)).add(value(difference.other(), at));
            node.putArray("runs")
                    .add(difference.first().json())
                    .add(difference.second().json());
        }
        return document;
    }
}
