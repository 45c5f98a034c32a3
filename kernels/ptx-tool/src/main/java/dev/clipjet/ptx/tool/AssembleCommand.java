package dev.clipjet.ptx.tool;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clipjet.ptx.assembler.AssemblerOptions;
import dev.clipjet.ptx.assembler.Assembly;
import dev.clipjet.ptx.assembler.IsolatedAssembler;
import dev.clipjet.ptx.assembler.KernelResources;
import dev.clipjet.ptx.assembler.PtxAssemblyException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Assembles a file with NVIDIA's assembler. */
@Command(
        name = "assemble",
        description = {
            "Assemble a PTX file with NVIDIA's assembler (version 12.0: PTX up to 8.0), and show what its kernels need.",
        })
final class AssembleCommand implements Callable<Integer> {
    private static final Pattern TARGET = Pattern.compile("(?m)^\\s*\\.target\\s+(sm_\\w+)");

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE.ptx", description = "The PTX file.")
    private Path file;

    @Option(
            names = "--target",
            split = ",",
            paramLabel = "ARCH",
            description = "sm_80, sm_90a ...; several with commas. The file's own by default.")
    private List<String> targets = new ArrayList<>();

    @Option(
            names = "--max-registers",
            paramLabel = "N",
            defaultValue = "0",
            description = "Most registers of a thread; more are spilled.")
    private int maxRegisters;

    @Option(
            names = "--opt",
            paramLabel = "0-3",
            description = "Optimization: 3 by default, 0 for files with debugging information.")
    private Integer optimization;

    @Option(names = "--save", paramLabel = "FILE", description = "Write the cubin, if there is one target.")
    private Path saved;

    @Option(names = "--overwrite", description = "Replace the file of --save if it is there.")
    private boolean overwrite;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "300",
            description = "How long the assembler may take for a target (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    @Override
    public Integer call() {
        PtxFile ptx = PtxFile.read(file);
        if (targets.isEmpty()) {
            Matcher own = TARGET.matcher(ptx.text());
            if (!own.find()) {
                throw new UsageException(file + " names no target; --target does");
            }
            targets = List.of(own.group(1));
        }
        if (saved != null && targets.size() != 1) {
            throw new UsageException("--save needs exactly one target");
        }
        SavedFiles files = new SavedFiles(overwrite, List.of(file));
        if (saved != null) {
            files.check(saved.toString());
        }
        if (seconds < 1) {
            throw new UsageException("--seconds is at least 1");
        }
        List<AssemblerOptions> options = new ArrayList<>();
        for (String target : targets.stream().distinct().toList()) {
            try {
                options.add(new AssemblerOptions(
                        target,
                        maxRegisters,
                        optimization != null
                                ? optimization
                                : AssemblerOptions.suited(target, ptx.text()).optimization()));
            } catch (IllegalArgumentException wrong) {
                throw new UsageException(wrong.getMessage());
            }
        }
        ObjectNode document = Json.object().put("file", ptx.name());
        ArrayNode results = document.putArray("targets");
        PrintWriter out = spec.commandLine().getOut();
        boolean refused = false;
        try (IsolatedAssembler assembler = new IsolatedAssembler(Duration.ofSeconds(seconds))) {
            for (AssemblerOptions each : options) {
                ObjectNode result = results.addObject().put("target", each.target());
                try {
                    Assembly assembly = assembler.assemble(ptx.name(), ptx.text(), each);
                    save(assembly, files);
                    describe(assembly, result);
                    if (!json) {
                        print(ptx, each, assembly, out);
                    }
                } catch (PtxAssemblyException no) {
                    refused = true;
                    describe(no, result);
                    if (!json) {
                        print(ptx, each, no, out);
                    }
                } catch (IllegalStateException absent) {
                    throw new ToolException(absent.getMessage());
                }
            }
        }
        if (json) {
            Json.print(document, out);
        }
        return refused ? Failures.FAILED : 0;
    }

    private void save(Assembly assembly, SavedFiles files) {
        if (saved != null) {
            files.write(saved.toString(), assembly.cubin());
        }
    }

    private static List<KernelResources> sorted(Assembly assembly) {
        return assembly.kernels().stream()
                .sorted(Comparator.comparing(KernelResources::entry))
                .toList();
    }

    private static void print(PtxFile ptx, AssemblerOptions options, Assembly assembly, PrintWriter out) {
        out.println(ptx.name() + " for " + options.target() + ": "
                + Counted.of(assembly.kernels().size(), "kernel") + ", " + assembly.cubin().length + " bytes");
        if (!assembly.kernels().isEmpty()) {
            out.println("  registers   stack  spill stores  spill loads  shared  constant  kernel");
        }
        for (KernelResources kernel : sorted(assembly)) {
            out.println(String.format(
                    Locale.ROOT,
                    "  %9d %7d %13d %12d %7d %9d  %s",
                    kernel.registers(),
                    kernel.stackBytes(),
                    kernel.spillStoreBytes(),
                    kernel.spillLoadBytes(),
                    kernel.sharedBytes(),
                    kernel.constantBytes(),
                    kernel.entry()));
        }
    }

    private static void print(PtxFile ptx, AssemblerOptions options, PtxAssemblyException refused, PrintWriter out) {
        out.println(ptx.name() + " for " + options.target() + ": refused");
        for (PtxAssemblyException.Complaint complaint : refused.complaints()) {
            out.println("  " + (complaint.line() == 0 ? "" : ptx.name() + ":" + complaint.line() + ": ")
                    + complaint.problem());
            if (!complaint.text().isEmpty()) {
                out.println("      " + complaint.text());
            }
        }
    }

    private static void describe(Assembly assembly, ObjectNode result) {
        result.put("assembled", true).put("cubinBytes", assembly.cubin().length);
        ArrayNode kernels = result.putArray("kernels");
        for (KernelResources kernel : sorted(assembly)) {
            kernels.addObject()
                    .put("name", kernel.entry())
                    .put("registers", kernel.registers())
                    .put("stackBytes", kernel.stackBytes())
                    .put("spillStoreBytes", kernel.spillStoreBytes())
                    .put("spillLoadBytes", kernel.spillLoadBytes())
                    .put("sharedBytes", kernel.sharedBytes())
                    .put("constantBytes", kernel.constantBytes());
        }
    }

    private static void describe(PtxAssemblyException refused, ObjectNode result) {
        result.put("assembled", false);
        ArrayNode errors = result.putArray("errors");
        for (PtxAssemblyException.Complaint complaint : refused.complaints()) {
            errors.addObject()
                    .put("line", complaint.line())
                    .put("problem", complaint.problem())
                    .put("text", complaint.text());
        }
    }
}
