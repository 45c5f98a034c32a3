package dev.clipjet.ptx.tool;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clipjet.ptx.syntax.Function;
import dev.clipjet.ptx.syntax.PtxModule;
import dev.clipjet.ptx.syntax.Variable;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says which kernels a file holds. */
@Command(name = "list", description = "List the kernels of a PTX file, with their parameters.")
final class ListCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE.ptx", description = "The PTX file.")
    private Path file;

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    @Override
    public Integer call() {
        PtxModule module = PtxFile.read(file).parse();
        if (json) {
            Json.print(document(module), spec.commandLine().getOut());
        } else {
            print(module, spec.commandLine().getOut());
        }
        return 0;
    }

    private static void print(PtxModule module, PrintWriter out) {
        out.println(module.file() + ": PTX " + module.versionMajor() + "." + module.versionMinor() + " for "
                + String.join(", ", module.targets()) + ", "
                + Counted.of(PtxFile.entries(module).size(), "kernel"));
        for (Function entry : PtxFile.entries(module)) {
            out.println("line " + entry.line() + ": " + Signature.text(entry));
            new TreeMap<>(entry.directives())
                    .forEach((name, numbers) -> out.println("    ." + name
                            + numbers.toString().replaceAll("[\\[\\]]", " ").stripTrailing()));
        }
    }

    private static ObjectNode document(PtxModule module) {
        ObjectNode document = Json.object()
                .put("file", module.file())
                .put("version", module.versionMajor() + "." + module.versionMinor());
        ArrayNode targets = document.putArray("targets");
        module.targets().forEach(targets::add);
        ArrayNode kernels = document.putArray("kernels");
        for (Function entry : PtxFile.entries(module)) {
            ObjectNode kernel = kernels.addObject().put("name", entry.name()).put("line", entry.line());
            ArrayNode parameters = kernel.putArray("parameters");
            for (Variable parameter : entry.parameters()) {
                parameters
                        .addObject()
                        .put("name", parameter.name())
                        .put("type", parameter.type())
                        .put("bytes", Signature.bytes(parameter));
            }
            ObjectNode directives = kernel.putObject("directives");
            new TreeMap<>(entry.directives()).forEach((name, numbers) -> {
                ArrayNode values = directives.putArray(name);
                numbers.forEach(values::add);
            });
        }
        return document;
    }
}
