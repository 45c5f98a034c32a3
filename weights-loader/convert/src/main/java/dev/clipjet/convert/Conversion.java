package dev.clipjet.convert;

import dev.clipjet.convert.ConversionReport.Mapped;
import dev.clipjet.convert.ConversionReport.Written;
import dev.clipjet.error.InvalidInputException;
import dev.clipjet.files.Existing;
import dev.clipjet.files.ProtectedFiles;
import dev.clipjet.files.Staging;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Writes a model in another format. The result appears under its name in one step, complete; until then it grows in a
 * folder beside it, and a run that was killed leaves only that. The next run of the same conversion keeps the files that
 * were finished; a run of another conversion to the same destination removes them. Weights pass through in pieces, so a
 * model of any size needs a few MiB.
 */
public final class Conversion {
    private final ModelSource source;
    private final Path destination;
    private final ConversionOptions options;
    private final Existing existing;
    private final Plan plan;

    /** Looks at the finished files before they get their name; what it throws discards them. */
    @FunctionalInterface
    public interface Check {
        /** Accepts everything. */
        Check NONE = (result, report) -> {};

        /**
         * @param result the finished directory or file, under a name of its own
         * @param report what was done
         */
        void check(Path result, ConversionReport report) throws IOException;
    }

    /** Plans a conversion to a destination that must be new, or an empty folder. */
    public Conversion(ModelSource source, Path destination, ConversionOptions options) {
        this(source, destination, options, Existing.REFUSE);
    }

    /**
     * Plans a conversion. Nothing is written yet.
     *
     * @param existing whether the result may take the place of an earlier one: of a file, or of a folder that holds no other
     *     files than those of the result
     * @throws InvalidInputException if the format cannot express the model, with every option that it lacks, or if the
     *     options or the name of the destination do not fit the format
     */
    public Conversion(ModelSource source, Path destination, ConversionOptions options, Existing existing) {
        if (options.tower().isPresent() && options.format() != TargetFormat.HF) {
            throw new InvalidInputException("a single tower is written for the format " + TargetFormat.HF.label()
                    + " only, not for " + options.format().label());
        }
        if (options.tower().isPresent()) {
            Tower tower = options.tower().get();
            boolean there = tower == Tower.IMAGE
                    ? source.spec().vision().isPresent()
                    : source.spec().text().isPresent();
            if (!there) {
                throw new InvalidInputException(
                        source.name() + ": has no " + tower.name().toLowerCase(Locale.ROOT) + " tower");
            }
        }
        this.source = options.tower().map(source::only).orElse(source);
        this.destination = destination;
        this.options = options;
        this.existing = existing;
        this.plan = plan();
    }

    private Plan plan() {
        return switch (options.format()) {
            case HF -> HuggingFaceTarget.plan(source, options);
            case OPEN_CLIP -> OpenClipTarget.plan(source, options);
            case OPENAI -> {
                String name = String.valueOf(destination.getFileName());
                if (!name.endsWith(".pt")) {
                    throw new InvalidInputException(
                            destination + ": the format openai is one file, whose name must end in .pt");
                }
                yield OpenAiTarget.plan(source, options, name);
            }
            case ONNX -> ConversionTarget.installed(options.format()).plan(source, options);
        };
    }

    /** Carries it out without looking at the result. */
    public ConversionReport run(ConversionListener listener) throws IOException {
        return run(listener, Check.NONE);
    }

    /**
     * Carries it out. If it fails, weight files that were finished stay in the folder beside the destination for the next
     * run; if none was, or the check fails, nothing stays.
     *
     * @throws java.nio.file.FileAlreadyExistsException if the destination is there, no empty folder, and is to stay
     * @throws IOException if it cannot be written, another run is writing to it, or something is in the way that is not this
     *     program's; see {@link Staging#open}
     */
    public ConversionReport run(ConversionListener listener, Check check) throws IOException {
        boolean single = options.format() == TargetFormat.OPENAI;
        Map<String, byte[]> descriptions = new LinkedHashMap<>();
        for (Plan.Description description : plan.descriptions()) {
            descriptions.putAll(description.content());
        }
        List<String> names =
                new ArrayList<>(plan.files().stream().map(WeightFile::name).toList());
        plan.files().forEach(file -> names.addAll(file.companions()));
        names.addAll(descriptions.keySet());
        try (Staging staging =
                Staging.open(destination, identity(), names, existing, ProtectedFiles.of(source.files()))) {
            Set<String> kept = new HashSet<>();
            boolean written = false;
            boolean done = false;
            try {
                TensorPump pump = new TensorPump(listener, plan.bytes());
                writeWeights(staging, pump, kept);
                for (Map.Entry<String, byte[]> description : descriptions.entrySet()) {
                    staging.write(description.getKey(), description.getValue());
                }
                written = true;
                ConversionReport report = report(staging, pump, names, kept);
                check.check(single ? staging.content().resolve(names.get(0)) : staging.content(), report);
                staging.publish(single);
                done = true;
                return report;
            } finally {
                if (!done && (written || !anyComplete(staging.content()))) {
                    staging.discard();
                }
            }
        }
    }

    private boolean anyComplete(Path content) throws IOException {
        for (WeightFile file : plan.files()) {
            if (file.isComplete(content)) {
                return true;
            }
        }
        return false;
    }

    private void writeWeights(Staging staging, TensorPump pump, Set<String> kept) throws IOException {
        for (WeightFile file : plan.files()) {
            if (file.isComplete(staging.content())) {
                kept.add(file.name());
                pump.skip(file.bytes());
            } else {
                staging.remove(file.name());
                for (String companion : file.companions()) {
                    staging.remove(companion);
                }
                file.write(staging.content(), pump);
            }
        }
    }

    private String identity() {
        StringBuilder text = new StringBuilder();
        text.append(source.identity()).append('\n').append(options.identity()).append('\n');
        for (WeightFile file : plan.files()) {
            text.append(file.name()).append('\n');
            file.tensors().forEach(tensor -> text.append(tensor.declaration()).append('\n'));
        }
        return text.toString();
    }

    private ConversionReport report(Staging staging, TensorPump pump, List<String> names, Set<String> kept)
            throws IOException {
        List<Mapped> tensors = new ArrayList<>();
        for (WeightFile file : plan.files()) {
            boolean earlier = kept.contains(file.name());
            for (PlannedTensor tensor : file.tensors()) {
                tensors.add(new Mapped(
                        tensor.name(),
                        tensor.declaration().shape(),
                        tensor.content().origins(),
                        tensor.content().dtype(),
                        tensor.declaration().dtype(),
                        tensor.change(),
                        earlier ? -1 : pump.overflows(tensor.name())));
            }
        }
        List<Written> files = new ArrayList<>();
        for (String name : names) {
            files.add(new Written(name, Files.size(staging.content().resolve(name)), kept.contains(name)));
        }
        return new ConversionReport(
                source.name(),
                destination.toString(),
                options.format(),
                ConversionReport.Leftovers.valueOf(staging.leftovers().name()),
                tensors,
                plan.dropped(),
                files,
                plan.notes());
    }
}
