package dev.clipjet.cli;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.model.PassOrder;
import dev.clipjet.model.PreprocessProfile;
import dev.clipjet.model.PreprocessSpec;
import dev.clipjet.model.PreprocessSpec.Resize;
import dev.clipjet.model.PreprocessSpec.ResizeMode;
import dev.clipjet.model.PreprocessSpec.Size;
import dev.clipjet.model.Resampling;
import dev.clipjet.weights.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** An image pipeline: put together from options, or a model's own. */
final class PreprocessOptions {
    private static final int DEFAULT_SIZE = 224;

    @Option(
            names = "--profile",
            paramLabel = "P",
            converter = PipelineConverter.class,
            description = "openai-pil (default), hf-slow, hf-fast, hf-v5-pil, siglip-slow, siglip-fast, siglip-v5-pil,"
                    + " open-clip; or open-clip-shortest-bicubic and its like, with mode and filter.")
    private Pipeline pipeline;

    @Option(
            names = "--size",
            paramLabel = "N|HxW|none",
            converter = SideConverter.class,
            description = "Target of the resize. Default: " + DEFAULT_SIZE)
    private Side size;

    @Option(
            names = "--crop",
            paramLabel = "N|HxW|none",
            converter = SideConverter.class,
            description = "Size of the center crop. Default: the size; no crop for siglip profiles.")
    private Side crop;

    @Option(
            names = "--resample",
            paramLabel = "FILTER",
            converter = ResamplingConverter.class,
            description = "bicubic (default), bilinear, nearest, lanczos, box or hamming.")
    private Resampling resampling;

    @Option(
            names = "--resize",
            paramLabel = "MODE",
            converter = ResizeModeConverter.class,
            description = "shortest (default), squash (for siglip profiles) or longest.")
    private ResizeMode mode;

    @Option(names = "--model", paramLabel = "DIR", description = "The pipeline of a model directory instead.")
    private Path model;

    /** A profile, with the mode and filter that a long name adds. */
    private record Pipeline(
            String name, PreprocessProfile profile, Optional<ResizeMode> mode, Optional<Resampling> resampling) {}

    /** A size, or none. */
    private record Side(Optional<Size> size) {}

    /** How reports name the pipeline: as it was asked for. */
    String name(PreprocessSpec spec) {
        return pipeline == null ? spec.profile().label() : pipeline.name();
    }

    PreprocessSpec spec(CommandSpec command, PassOrder passOrder) {
        if (model != null) {
            if (pipeline != null || size != null || crop != null || resampling != null || mode != null) {
                throw new ParameterException(
                        command.commandLine(),
                        "--model brings its own pipeline; leave --profile, --size, --crop, --resample and --resize"
                                + " out");
            }
            return ofModel(passOrder);
        }
        PreprocessProfile profile = pipeline == null ? PreprocessProfile.OPENAI_PIL : pipeline.profile();
        boolean siglip = switch (profile) {
            case SIGLIP_SLOW, SIGLIP_FAST, SIGLIP_V5_PIL -> true;
            case OPENAI_PIL, HF_SLOW, HF_FAST, HF_V5_PIL, OPEN_CLIP -> false;
        };
        Optional<Size> target = size == null ? Optional.of(Size.square(DEFAULT_SIZE)) : size.size();
        // The Hugging Face processors take height and width as the size to squash to.
        boolean squash = siglip
                || isHuggingFace(profile)
                        && target.filter(t -> t.height() != t.width()).isPresent();
        ResizeMode resize = mode != null
                ? mode
                : Optional.ofNullable(pipeline)
                        .flatMap(Pipeline::mode)
                        .orElse(squash ? ResizeMode.SQUASH : ResizeMode.SHORTEST);
        Resampling filter = resampling != null
                ? resampling
                : Optional.ofNullable(pipeline).flatMap(Pipeline::resampling).orElse(Resampling.BICUBIC);
        Optional<Size> window = crop != null ? crop.size() : siglip ? Optional.empty() : target;
        PreprocessSpec.Rgb half = new PreprocessSpec.Rgb(0.5, 0.5, 0.5);
        return new PreprocessSpec(
                profile,
                "chosen by the caller",
                target.map(t -> new Resize(resize, t)),
                filter,
                window,
                1.0 / 255,
                siglip ? half : PreprocessSpec.OPENAI_MEAN,
                siglip ? half : PreprocessSpec.OPENAI_STD,
                0,
                passOrder == null ? PassOrder.HORIZONTAL_FIRST : passOrder);
    }

    /** What the pipeline is read from: a model file, or a directory and what is in it. */
    List<Path> files() throws IOException {
        if (model == null) {
            return List.of();
        }
        try (Stream<Path> entries = Files.isDirectory(model) ? Files.list(model) : Stream.empty()) {
            return Stream.concat(Stream.of(model), entries).toList();
        }
    }

    private static boolean isHuggingFace(PreprocessProfile profile) {
        return profile == PreprocessProfile.HF_SLOW
                || profile == PreprocessProfile.HF_FAST
                || profile == PreprocessProfile.HF_V5_PIL;
    }

    private PreprocessSpec ofModel(PassOrder passOrder) {
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            PreprocessSpec own = checkpoint
                    .spec()
                    .preprocess()
                    .orElseThrow(() -> new InvalidInputException(model + " has no image tower"));
            return passOrder == null ? own : own.withPassOrder(passOrder);
        }
    }

    static final class PipelineConverter extends Labels.ByLabel<Pipeline> {
        @Override
        Pipeline of(String label) {
            String prefix = PreprocessProfile.OPEN_CLIP.label() + "-";
            String[] rest =
                    label.startsWith(prefix) ? label.substring(prefix.length()).split("-", -1) : new String[0];
            if (rest.length == 2) {
                return new Pipeline(
                        label,
                        PreprocessProfile.OPEN_CLIP,
                        Optional.of(Labels.parse(ResizeMode.class, "resize mode", rest[0])),
                        Optional.of(Labels.parse(Resampling.class, "filter", rest[1])));
            }
            return new Pipeline(label, PreprocessProfile.of(label), Optional.empty(), Optional.empty());
        }
    }

    static final class ResamplingConverter extends Labels.ByLabel<Resampling> {
        @Override
        Resampling of(String label) {
            return Labels.parse(Resampling.class, "filter", label);
        }
    }

    static final class ResizeModeConverter extends Labels.ByLabel<ResizeMode> {
        @Override
        ResizeMode of(String label) {
            return Labels.parse(ResizeMode.class, "resize mode", label);
        }
    }

    static final class SideConverter implements CommandLine.ITypeConverter<Side> {
        @Override
        public Side convert(String text) {
            if (text.equals("none")) {
                return new Side(Optional.empty());
            }
            String[] sides = text.split("x", -1);
            try {
                int height = Integer.parseInt(sides[0]);
                int width = sides.length == 1 ? height : Integer.parseInt(sides[1]);
                if (sides.length <= 2 && height > 0 && width > 0) {
                    return new Side(Optional.of(new Size(height, width)));
                }
            } catch (NumberFormatException e) {
                // The message below says what is expected.
            }
            throw new TypeConversionException("\"" + text + "\" is no size: expected a number, HEIGHTxWIDTH, or none");
        }
    }
}
