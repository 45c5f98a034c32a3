package dev.clipjet.ptx.tool;

import dev.clipjet.ptx.exec.ExecutionOptions.Approximations;
import dev.clipjet.ptx.report.Finding;
import dev.clipjet.ptx.report.FindingKind;
import dev.clipjet.ptx.report.Place;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What many runs of one launch found: every error once, with the runs that show it, and results that differ. */
final class Survey {
    private record Key(FindingKind kind, int line, int other) {}

    /**
     * An error.
     *
     * @param finding as the first run that found it says it
     * @param addresses of that run
     * @param first that run
     * @param runs which runs found it, by their positions
     */
    record Entry(Finding finding, AddressNames addresses, Configuration first, BitSet runs) {}

    /** Errors of one kind between the same two lines of the source, whichever of these noticed it; the first one speaks for all. */
    record Group(List<Entry> entries) {
        Entry first() {
            return entries.get(0);
        }

        /** How many runs found one of them. */
        int runs() {
            BitSet any = new BitSet();
            entries.forEach(entry -> any.or(entry.runs));
            return any.cardinality();
        }

        /** The other lines of the PTX text at which errors of the group stand. */
        Set<Integer> otherLines() {
            Set<Integer> lines = new TreeSet<>();
            for (Entry entry : entries) {
                lines.add(entry.finding.place().line());
                if (entry.finding.other() != null) {
                    lines.add(entry.finding.other().line());
                }
            }
            lines.remove(first().finding.place().line());
            if (first().finding.other() != null) {
                lines.remove(first().finding.other().line());
            }
            return lines;
        }
    }

    /**
     * A buffer that differs between two runs without findings.
     *
     * @param output as the first of them left it
     * @param other as the second did
     * @param index of the first element that differs
     */
    record Difference(
            Configuration first, Configuration second, Outcome.Output output, Outcome.Output other, int index) {}

    private final Map<Key, Entry> entries = new LinkedHashMap<>();
    private final Map<String, Difference> differences = new LinkedHashMap<>();
    private Configuration reference;
    private List<Outcome.Output> expected;
    private int runs;
    private long instructions;

    void add(Configuration configuration, Outcome outcome) {
        instructions += outcome.result().warpInstructions();
        for (Finding finding : outcome.result().findings()) {
            Key key = new Key(
                    finding.kind(),
                    finding.place().line(),
                    finding.other() == null ? 0 : finding.other().line());
            entries.computeIfAbsent(key, each -> new Entry(finding, outcome.addresses(), configuration, new BitSet()))
                    .runs
                    .set(runs);
        }
        runs++;
        if (outcome.result().findings().isEmpty()) {
            compare(configuration, outcome.outputs());
        }
    }

    /** Roundings change results by right, so only runs that round alike are compared. */
    private void compare(Configuration configuration, List<Outcome.Output> outputs) {
        if (reference == null) {
            reference = configuration;
            expected = outputs;
            return;
        }
        if (configuration.mma() != reference.mma()
                || configuration.approximations() != reference.approximations()
                || configuration.approximations() == Approximations.PERTURBED) {
            return;
        }
        for (int i = 0; i < outputs.size(); i++) {
            Outcome.Output output = expected.get(i);
            int at = Arrays.mismatch(output.bytes(), outputs.get(i).bytes());
            if (at >= 0) {
                differences.putIfAbsent(
                        output.buffer().name(),
                        new Difference(
                                reference,
                                configuration,
                                output,
                                outputs.get(i),
                                at / output.buffer().format().bytes()));
            }
        }
    }

    List<Entry> entries() {
        return new ArrayList<>(entries.values());
    }

    List<Group> groups() {
        Map<Object, List<Entry>> groups = new LinkedHashMap<>();
        for (Entry entry : entries.values()) {
            String at = place(entry.finding.place());
            String other = entry.finding.other() == null ? "" : place(entry.finding.other());
            Object key = List.of(
                    entry.finding.kind(), at.compareTo(other) < 0 ? at : other, at.compareTo(other) < 0 ? other : at);
            groups.computeIfAbsent(key, each -> new ArrayList<>()).add(entry);
        }
        return groups.values().stream().map(Group::new).toList();
    }

    private static String place(Place place) {
        return place.source().isEmpty() ? "line " + place.line() : place.source();
    }

    List<Difference> differences() {
        return new ArrayList<>(differences.values());
    }

    int runs() {
        return runs;
    }

    /** Warp instructions of all runs. */
    long instructions() {
        return instructions;
    }
}
