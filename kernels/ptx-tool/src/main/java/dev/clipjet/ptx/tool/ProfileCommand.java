package dev.clipjet.ptx.tool;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a kernel once and counts what it did. */
@Command(
        name = "profile",
        description = "Run a kernel once, count what a profiler would count, and predict which resource limits it.",
        footer = {
            "",
            "Times come from a model that knows neither latency nor caches: they rank variants.",
            LaunchOptions.ARGUMENT_FORMS,
            "  clipjet-ptx profile saxpy.ptx saxpy --grid 4 --block 256 --arg i32:1000 --arg f32:2 \\",
            "      --arg x=in:f32[1000]=range --arg y=inout:f32[1000]=zeros --gpu h200,a100"
        })
final class ProfileCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private LaunchOptions launch;

    @Mixin
    private ScheduleOptions schedule;

    @Option(
            names = "--gpu",
            split = ",",
            paramLabel = "GPU",
            description = "${COMPLETION-CANDIDATES}; several with commas. All that the module runs on by default.")
    private List<Gpu> gpus = new ArrayList<>();

    @Option(
            names = "--registers",
            paramLabel = "N",
            description = "Registers of a thread, instead of what the assembler says.")
    private int registers;

    @Option(
            names = "--lines",
            paramLabel = "N",
            defaultValue = "10",
            description = "Lines in each table (default: ${DEFAULT-VALUE}).")
    private int lines;

    @Override
    public Integer call() {
        if (registers < 0 || registers > 255 || lines < 0) {
            throw new UsageException("--registers is 1 to 255, --lines not negative");
        }
        Request request = launch.request();
        Configuration configuration = schedule.single("profile");
        if (gpus.isEmpty()) {
            gpus = Arrays.stream(Gpu.values())
                    .filter(gpu -> gpu.runs(request.module()))
                    .toList();
            if (gpus.isEmpty()) {
                Gpu.H200.require(request.module());
            }
        }
        gpus = gpus.stream().distinct().toList();
        gpus.forEach(gpu -> gpu.require(request.module()));
        Outcome outcome = Emulation.run(request, gpus.get(0), configuration.options(request, true));
        Resources resources = Resources.of(request, registers > 0 ? List.of() : gpus);
        List<TimeModel> models = gpus.stream()
                .map(gpu -> TimeModel.of(
                        outcome.result().counts(),
                        gpu,
                        registers > 0
                                ? registers
                                : resources
                                        .on(gpu)
                                        .map(known -> known.registers())
                                        .orElse(0)))
                .toList();
        ProfileReport report = new ProfileReport(outcome.result(), models, resources);
        FindingReport findings = new FindingReport(request);
        PrintWriter out = spec.commandLine().getOut();
        if (launch.json()) {
            ObjectNode document = Documents.launch(request);
            document.put("completed", outcome.result().completed());
            ArrayNode found = document.putArray("findings");
            outcome.result().findings().forEach(each -> found.add(findings.json(each, outcome.addresses())));
            report.json(document);
            Json.print(document, out);
        } else {
            out.println(request.title(gpus.get(0)));
            report.print(lines, out);
            outcome.result().findings().forEach(finding -> {
                out.println();
                findings.print(finding, outcome.addresses(), "", out);
            });
        }
        return outcome.result().findings().isEmpty() ? 0 : Failures.FOUND;
    }
}
