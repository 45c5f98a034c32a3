package dev.clipjet.ptx.tool;

import dev.clipjet.ptx.exec.ExecutionOptions.Approximations;
import dev.clipjet.ptx.exec.ExecutionOptions.Landing;
import dev.clipjet.ptx.exec.ExecutionOptions.MmaModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** The options for what PTX leaves open: order, landing of copies, rounding. */
final class ScheduleOptions {
    private static final Pattern RANGE = Pattern.compile("(\\d{1,18})(?:-(\\d{1,18}))?");
    private static final int MAX_RUNS = 1_000_000;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Order in which warps and blocks run: 0 the plain one, others adversarial.")
    private Long seed;

    @Option(names = "--seeds", paramLabel = "A-B", description = "Several orders, one after the other.")
    private String seeds;

    @Option(
            names = "--landing",
            paramLabel = "issue|late|random|all",
            description = "When asynchronous copies move their data.")
    private String landing;

    @Option(
            names = "--mma",
            paramLabel = "exact|a100|h100|all",
            defaultValue = "exact",
            description = "How tensor cores round sums (default: ${DEFAULT-VALUE}).")
    private String mma;

    @Option(
            names = "--approx",
            paramLabel = "rounded|perturbed|all",
            defaultValue = "rounded",
            description = {
                "How approximate instructions round: to nearest, or off by a seeded amount within the documented",
                "bound (default: ${DEFAULT-VALUE})."
            })
    private String approx;

    /** The one configuration that was asked for. */
    Configuration single(String command) {
        List<Configuration> all = all("0", "late");
        if (all.size() != 1) {
            throw new UsageException(command + " runs once, " + all.size() + " runs are asked for; check takes them");
        }
        return all.get(0);
    }

    /** All combinations. */
    List<Configuration> all(String defaultSeeds, String defaultLanding) {
        if (seed != null && seeds != null) {
            throw new UsageException("--seed and --seeds exclude each other");
        }
        if (seed != null && seed < 0) {
            throw new UsageException("--seed is not negative");
        }
        String written = seed != null ? seed.toString() : seeds != null ? seeds : defaultSeeds;
        Matcher range = RANGE.matcher(written);
        if (!range.matches()) {
            throw new UsageException("--seeds " + written + " is no range such as 0-99");
        }
        long first = Long.parseLong(range.group(1));
        long last = range.group(2) == null ? first : Long.parseLong(range.group(2));
        List<Landing> landings = chosen("--landing", landing == null ? defaultLanding : landing, Landing.values());
        List<MmaModel> models = chosen("--mma", mma, MmaModel.values());
        List<Approximations> roundings = chosen("--approx", approx, Approximations.values());
        long combinations = (long) landings.size() * models.size() * roundings.size();
        if (last < first || last - first >= MAX_RUNS / combinations) {
            throw new UsageException("--seeds " + written + " is empty, or more than " + MAX_RUNS + " runs");
        }
        List<Configuration> all = new ArrayList<>();
        for (long each = first; each <= last; each++) {
            for (Landing when : landings) {
                for (MmaModel model : models) {
                    for (Approximations rounding : roundings) {
                        all.add(new Configuration(each, when, model, rounding));
                    }
                }
            }
        }
        return all;
    }

    private static <E extends Enum<E>> List<E> chosen(String option, String text, E[] values) {
        if (text.equalsIgnoreCase("all")) {
            return List.of(values);
        }
        return Arrays.stream(values)
                .filter(value -> Configuration.name(value).equalsIgnoreCase(text))
                .findFirst()
                .map(List::of)
                .orElseThrow(() -> new UsageException(option + " " + text + " is none of "
                        + Arrays.stream(values).map(Configuration::name).collect(Collectors.joining(", "))
                        + ", all"));
    }
}
