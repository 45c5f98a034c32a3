package dev.clipjet.ptx.tool;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a kernel once and shows what it wrote. */
@Command(
        name = "run",
        description = "Run a kernel once, under all checks, and show what it wrote.",
        footer = {
            LaunchOptions.ARGUMENT_FORMS,
            "  clipjet-ptx run saxpy.ptx saxpy --grid 4 --block 256 --arg i32:1000 --arg f32:2 \\",
            "      --arg x=in:f32[1000]=range --arg y=inout:f32[1000]=zeros --save y=y.bin"
        })
final class RunCommand implements Callable<Integer> {
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
            names = "--no-checks",
            description = "Faster: no races, undefined values and pending copies are looked for.")
    private boolean unchecked;

    @Option(
            names = "--save",
            paramLabel = "NAME=FILE",
            description = "Write an out or inout buffer to a file, little-endian; may be repeated.")
    private Map<String, String> saved = new LinkedHashMap<>();

    @Option(
            names = "--overwrite",
            description =
                    "Replace files that --save names and that are there. Those that arguments were read from stay.")
    private boolean overwrite;

    @Option(
            names = "--show",
            paramLabel = "N",
            defaultValue = "32",
            description = "Elements of each buffer to print (default: ${DEFAULT-VALUE}).")
    private int shown;

    @Override
    public Integer call() {
        Request request = launch.request();
        OutputReport.requireNames(saved, request.arguments());
        SavedFiles files = new SavedFiles(overwrite, request);
        saved.values().forEach(files::check);
        Configuration configuration = schedule.single("run");
        gpu.require(request.module());
        Outcome outcome = Emulation.run(request, gpu, configuration.options(request, !unchecked));
        OutputReport.save(saved, outcome.outputs(), files);
        if (launch.json()) {
            Json.print(
                    document(request, configuration, outcome),
                    spec.commandLine().getOut());
        } else {
            print(request, outcome, spec.commandLine().getOut());
        }
        return outcome.result().findings().isEmpty() ? 0 : Failures.FOUND;
    }

    private void print(Request request, Outcome outcome, PrintWriter out) {
        out.println(request.title(gpu));
        String printed = outcome.result().printed();
        if (!printed.isEmpty()) {
            out.println();
            out.println("printed:");
            // Marked, so that no line of the kernel looks like one of ours.
            printed.lines().forEach(line -> out.println("  | " + line));
            out.println();
        }
        FindingReport findings = new FindingReport(request);
        outcome.result().findings().forEach(finding -> {
            out.println();
            findings.print(finding, outcome.addresses(), "", out);
        });
        int count = outcome.result().findings().size();
        if (count > 0) {
            out.println();
        }
        out.println(outcome.result().warpInstructions() + " warp instructions, "
                + Counted.of(count, "finding")
                + (outcome.result().completed() ? "" : "; the launch ended early, so no results are shown"));
        outcome.outputs().forEach(output -> OutputReport.print(output, shown, out));
    }

    private ObjectNode document(Request request, Configuration configuration, Outcome outcome) {
        ObjectNode document = Documents.launch(request).put("gpu", gpu.name());
        document.set("configuration", configuration.json());
        document.put("completed", outcome.result().completed());
        document.put("warpInstructions", outcome.result().warpInstructions());
        if (!outcome.result().printed().isEmpty()) {
            document.put("printed", outcome.result().printed());
        }
        ArrayNode findings = document.putArray("findings");
        FindingReport report = new FindingReport(request);
        outcome.result().findings().forEach(finding -> findings.add(report.json(finding, outcome.addresses())));
        ArrayNode outputs = document.putArray("outputs");
        outcome.outputs().forEach(output -> outputs.add(OutputReport.json(output)));
        return document;
    }
}
