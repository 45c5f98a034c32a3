package dev.clipjet.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command without a name: help, version, and what all commands share. */
@Command(
        name = "clipjet",
        description = "CLIP inference: photos and sentences in, embeddings, similarities and labels out.",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = ClipjetCommand.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            Classify.class,
            Embed.class,
            SimilarityCommand.class,
            Evaluate.class,
            Inspect.class,
            Doctor.class,
            Tokenize.class,
            Preprocess.class,
            Convert.class,
            Diff.class,
            Synth.class,
            Verify.class,
            Profile.class,
            WarmUp.class,
        },
        footer = {
            "",
            "Without --model, a small demo model that knows ten kinds of things is used.",
            "Exit codes: 0 done, 1 something could not be done (the rest is), 2 wrong usage, 3 what was compared differs."
        })
final class ClipjetCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    private boolean verbose;

    @Option(
            names = {"-v", "--verbose"},
            scope = ScopeType.INHERIT,
            description = "Say what is done, and print stack traces of errors, on stderr.")
    void setVerbose(boolean value) {
        verbose = value;
        if (LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME) instanceof Logger root) {
            root.setLevel(value ? Level.INFO : Level.WARN);
        }
    }

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
            String version = ClipjetCommand.class.getPackage().getImplementationVersion();
            return new String[] {"clipjet " + (version == null ? "(development build)" : version)};
        }
    }
}
