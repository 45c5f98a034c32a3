package dev.clipjet.ptx.tool;

import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command without a name: help, version, and what all commands share. */
@Command(
        name = "clipjet-ptx",
        description = "Runs, checks and profiles CUDA kernels in PTX, without a GPU.",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = PtxCommand.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ListCommand.class,
            RunCommand.class,
            CheckCommand.class,
            ProfileCommand.class,
            AssembleCommand.class,
        },
        footer = {
            "",
            "Exit codes: 0 nothing found, 1 something could not be done, 2 wrong usage, 3 something found.",
        })
final class PtxCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-v", "--verbose"},
            scope = ScopeType.INHERIT,
            description = "Print stack traces of errors, on stderr.")
    private boolean verbose;

    boolean verbose() {
        return verbose;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    /** The version in the jar's manifest. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = PtxCommand.class.getPackage().getImplementationVersion();
            return new String[] {"clipjet-ptx " + (version == null ? "(development build)" : version)};
        }
    }
}
