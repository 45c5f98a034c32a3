package dev.clipjet.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Runs a target on random mutations of inputs, without the fuzzer and its hooks and many times as fast: {@code MutationRun
 * TARGET RUNS SEED MAX_SECONDS FINDINGS FOLDER...}. The same seed gives the same inputs. An input that breaks a promise is
 * written to the folder {@code FINDINGS}.
 */
public final class MutationRun {
    private static final int MAX_LENGTH = 8192;
    private static final int MAX_FINDINGS = 20;

    private MutationRun() {}

    public static void main(String[] args) throws IOException {
        Consumer<byte[]> target = Targets.of(args[0]).runner();
        long runs = Long.parseLong(args[1]);
        long seed = Long.parseLong(args[2]);
        long end = System.nanoTime() + Long.parseLong(args[3]) * 1_000_000_000L;
        Path findings = Path.of(args[4]);
        List<byte[]> inputs = inputs(Arrays.asList(args).subList(5, args.length));
        Mutator mutator = new Mutator(inputs, seed, MAX_LENGTH);
        long start = System.nanoTime();
        int found = 0;
        long done = 0;
        while (done < runs && found < MAX_FINDINGS && System.nanoTime() < end) {
            byte[] input = mutator.next();
            done++;
            try {
                target.accept(input);
            } catch (RuntimeException | Error e) {
                found++;
                Path file = findings.resolve(
                        args[0] + "-" + HexFormat.of().toHexDigits(Arrays.hashCode(input)) + "-" + input.length);
                Files.write(file, input);
                System.out.println(file + ": " + e);
                e.printStackTrace(System.out);
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                Locale.ROOT,
                "%s: %d executions from %d inputs, seed %d, %.0f s (%.0f s of processor time), %.0f a second of processor time, "
                        + "%d findings, longest %.3f s, at most %.0f bytes for a byte beyond the constant%n",
                args[0],
                done,
                inputs.size(),
                seed,
                seconds,
                processorSeconds(),
                done / processorSeconds(),
                found,
                Bounds.worstNanos() / 1e9,
                Bounds.worstBytes());
        System.exit(found == 0 ? 0 : 1);
    }

    private static double processorSeconds() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toMillis() / 1e3;
    }

    private static List<byte[]> inputs(List<String> folders) throws IOException {
        List<byte[]> inputs = new ArrayList<>();
        for (String folder : folders) {
            try (Stream<Path> files = Files.walk(Path.of(folder))) {
                for (Path file :
                        (Iterable<Path>) files.filter(Files::isRegularFile).sorted()::iterator) {
                    inputs.add(Files.readAllBytes(file));
                }
            }
        }
        return inputs;
    }
}
