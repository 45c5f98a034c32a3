package dev.clipjet.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.cli.profile.ProfiledLaunch;
import dev.clipjet.cli.profile.TowerProfile;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.ptx.profile.LaunchCounts;
import dev.clipjet.weights.Checkpoint;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every launch of two blocks of a ViT-B/32 costs in sectors, wavefronts and instructions, on an H200 and on an A100, against the
 * committed counts. A launch that costs more fails; one that costs less passes. {@code -Dclipjet.counters=update} writes the file anew.
 */
class KernelCountersTest {
    private static final String FILE = "kernel-counters.tsv";
    private static final Path SOURCE = Path.of("src/test/resources/dev/clipjet/conformance", FILE);
    private static final String TITLE = "launch\tkernel\tsectors\twavefronts\tinstructions";
    private static final int TEXTS = 4;
    private static final int TOKENS = 12;

    /** Counts of a launch. */
    private record Counts(String kernel, long sectors, long wavefronts, long instructions) {
        static Counts of(LaunchCounts launch) {
            return new Counts(
                    launch.counts().kernel(),
                    launch.counts().sectors(),
                    launch.counts().wavefronts(),
                    launch.counts().instructions().values().stream()
                            .mapToLong(Long::longValue)
                            .sum());
        }
    }

    @Test
    void no_launch_costs_more_than_it_did(@TempDir Path work) throws IOException {
        BlocksModel.write(work);
        Map<String, Counts> counted = new LinkedHashMap<>();
        try (Checkpoint checkpoint = Checkpoint.open(work)) {
            for (String gpu : List.of("h200", "a100")) {
                count(checkpoint, gpu, TowerProfile.Side.IMAGE, 1, counted);
                count(checkpoint, gpu, TowerProfile.Side.TEXT, TEXTS, counted);
            }
        }
        if ("update".equals(System.getProperty("clipjet.counters"))) {
            Files.createDirectories(SOURCE.getParent());
            Files.writeString(SOURCE, text(counted));
            return;
        }
        Map<String, Counts> committed = committed();
        List<String> worse = new ArrayList<>();
        assertThat(counted.keySet())
                .as("launches; -Dclipjet.counters=update writes them anew")
                .containsExactlyElementsOf(committed.keySet());
        counted.forEach((launch, now) -> {
            Counts before = committed.get(launch);
            if (now.sectors() > before.sectors()
                    || now.wavefronts() > before.wavefronts()
                    || now.instructions() > before.instructions()) {
                worse.add(launch + ": " + before + " became " + now);
            }
        });
        assertThat(worse).as("launches that cost more than committed").isEmpty();
    }

    private static void count(
            Checkpoint checkpoint, String gpu, TowerProfile.Side tower, int batch, Map<String, Counts> counted) {
        TowerProfile profile = TowerProfile.of(checkpoint, ElementType.F16, tower, batch, TOKENS, gpu, 0, launch -> {});
        for (ProfiledLaunch launch : profile.launches()) {
            counted.put(gpu + " " + launch.operation(), Counts.of(launch.counts()));
        }
    }

    private static String text(Map<String, Counts> counted) {
        StringBuilder text = new StringBuilder(TITLE).append('\n');
        counted.forEach((launch, counts) -> text.append(launch)
                .append('\t')
                .append(counts.kernel())
                .append('\t')
                .append(counts.sectors())
                .append('\t')
                .append(counts.wavefronts())
                .append('\t')
                .append(counts.instructions())
                .append('\n'));
        return text.toString();
    }

    private static Map<String, Counts> committed() throws IOException {
        Map<String, Counts> counts = new LinkedHashMap<>();
        try (InputStream in = KernelCountersTest.class.getResourceAsStream(FILE)) {
            assertThat(in).as(FILE).isNotNull();
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                String[] cells = line.split("\t", -1);
                if (!line.equals(TITLE)) {
                    counts.put(
                            cells[0],
                            new Counts(
                                    cells[1],
                                    Long.parseLong(cells[2]),
                                    Long.parseLong(cells[3]),
                                    Long.parseLong(cells[4])));
                }
            }
        }
        return counts;
    }
}
