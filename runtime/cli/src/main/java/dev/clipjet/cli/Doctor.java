package dev.clipjet.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code clipjet doctor}: what this machine has of what Clipjet can use. */
@Command(name = "doctor", description = "Say what this machine has, what is missing, and what that means.")
final class Doctor implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--json", description = "One JSON document on stdout.")
    private boolean json;

    @Override
    public Integer call() {
        ObjectNode report = MachineReport.create();
        if (json) {
            Json.print(report, spec.commandLine().getOut());
        } else {
            new ReportText(spec.commandLine().getOut()).print(report);
        }
        return 0;
    }
}
