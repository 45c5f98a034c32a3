package dev.clipjet.cli;

import dev.clipjet.Clip;
import dev.clipjet.ClipOptions;
import dev.clipjet.Device;
import dev.clipjet.Precision;
import dev.clipjet.model.PassOrder;
import dev.clipjet.model.PreprocessProfile;
import dev.clipjet.model.TokenizerProfile;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What every command takes that loads a model. */
final class ModelOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--model",
            paramLabel = "PATH",
            description = "Model directory or weight file. Default: a small built-in demo model.")
    private Path model;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            converter = DeviceConverter.class,
            description =
                    "Where to run: auto (default: an NVIDIA GPU if there is one, else the CPU), cpu, cuda, or emulated "
                            + "(the GPU's kernels on an emulator, thousands of times slower, for tests).")
    private Device device = Device.AUTO;

    @Option(
            names = "--dtype",
            paramLabel = "T",
            converter = PrecisionConverter.class,
            description = "In what a GPU keeps weights and intermediate results: fp16 (default), bf16 or fp32. The CPU "
                    + "computes in fp32.")
    private Precision precision = Precision.FP16;

    @Option(names = "--threads", paramLabel = "N", description = "CPU threads. Default: all cores.")
    private Integer threads;

    @Option(
            names = "--preprocess-profile",
            paramLabel = "P",
            converter = PreprocessProfileConverter.class,
            description = "Image pipeline to reproduce, instead of the one that the model's files name.")
    private PreprocessProfile preprocessProfile;

    @Option(
            names = "--tokenizer-profile",
            paramLabel = "P",
            converter = TokenizerProfileConverter.class,
            description = "Tokenizer to reproduce, instead of the one that the model's files name.")
    private TokenizerProfile tokenizerProfile;

    @Option(
            names = "--pass-order",
            paramLabel = "ORDER",
            converter = PassOrderConverter.class,
            description = "Which axis Pillow resizes first: horizontal-first (default) or pillow-13.")
    private PassOrder passOrder;

    @Option(names = "--exif", description = "Turn photos upright as their EXIF data says. The originals do not.")
    private boolean exif;

    @Option(
            names = "--strict-images",
            description = "Refuse damaged photos of which a picture can still be made, instead of a warning.")
    private boolean strictImages;

    @Mixin
    private CheckpointArguments checkpoint;

    Clip load() {
        ClipOptions options = ClipOptions.DEFAULT
                .withDevice(device)
                .withPrecision(precision)
                .withExifOrientation(exif)
                .withRefuseDamagedImages(strictImages)
                .withCheckpoint(checkpoint.options());
        if (threads != null) {
            if (threads < 1) {
                throw new ParameterException(command.commandLine(), "--threads is " + threads + ", expected 1 or more");
            }
            options = options.withThreads(threads);
        }
        if (preprocessProfile != null) {
            options = options.withPreprocessProfile(preprocessProfile);
        }
        if (tokenizerProfile != null) {
            options = options.withTokenizerProfile(tokenizerProfile);
        }
        if (passOrder != null) {
            options = options.withPassOrder(passOrder);
        }
        Clip clip = Clip.load(model == null ? demo() : model, options);
        if (device == Device.EMULATED) {
            PrintWriter err = command.commandLine().getErr();
            err.println("clipjet: " + clip.device() + ": " + clip.deviceReason());
            err.flush();
        }
        return clip;
    }

    private Path demo() {
        Path directory = DemoModel.directory();
        PrintWriter err = command.commandLine().getErr();
        err.println("clipjet: " + DemoModel.ANNOUNCEMENT);
        err.flush();
        return directory;
    }

    /** How reports name the model. */
    String name() {
        return model == null ? DemoModel.NAME : model.toString();
    }

    static final class DeviceConverter extends Labels.ByLabel<Device> {
        @Override
        Device of(String label) {
            return Device.of(label);
        }
    }

    static final class PrecisionConverter extends Labels.ByLabel<Precision> {
        @Override
        Precision of(String label) {
            return Precision.of(label);
        }
    }

    static final class PreprocessProfileConverter extends Labels.ByLabel<PreprocessProfile> {
        @Override
        PreprocessProfile of(String label) {
            return PreprocessProfile.of(label);
        }
    }

    static final class TokenizerProfileConverter extends Labels.ByLabel<TokenizerProfile> {
        @Override
        TokenizerProfile of(String label) {
            return TokenizerProfile.of(label);
        }
    }

    static final class PassOrderConverter extends Labels.ByLabel<PassOrder> {
        @Override
        PassOrder of(String label) {
            return Labels.parse(PassOrder.class, "pass order", label);
        }
    }
}
