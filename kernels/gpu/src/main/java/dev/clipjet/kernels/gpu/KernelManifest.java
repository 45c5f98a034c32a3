package dev.clipjet.kernels.gpu;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the shipped PTX was built from and what each entry needs on each architecture, as NVIDIA's assembler reports it. Kept
 * as {@code manifest.tsv} beside the PTX.
 *
 * @param sources by PTX file, the SHA-256 of the source and all headers, in hexadecimal
 * @param entries in the order of the file
 */
public record KernelManifest(Map<String, String> sources, List<Entry> entries) {
    private static final String TITLE = "file\ttarget\tentry\tregisters\tshared\tstack\tspill stores\tspill loads";

    /**
     * An entry on an architecture.
     *
     * @param file PTX file
     * @param target architecture it was assembled for
     * @param name the entry
     * @param registers 32-bit registers of a thread
     * @param sharedBytes static shared memory of a block
     * @param stackBytes local memory of a thread
     * @param spillStoreBytes bytes a thread stores for want of registers
     * @param spillLoadBytes bytes it loads back
     */
    public record Entry(
            String file,
            String target,
            String name,
            int registers,
            int sharedBytes,
            int stackBytes,
            int spillStoreBytes,
            int spillLoadBytes) {}

    /** The committed manifest. */
    public static KernelManifest shipped() {
        return parse(KernelLibrary.text("manifest.tsv"));
    }

    /** Reads what {@link #text} wrote. */
    static KernelManifest parse(String text) {
        Map<String, String> sources = new LinkedHashMap<>();
        List<Entry> entries = new ArrayList<>();
        for (String line : text.lines().toList()) {
            String[] cells = line.split("\t", -1);
            if (cells[0].equals("source")) {
                sources.put(cells[1], cells[2]);
            } else if (!line.equals(TITLE)) {
                entries.add(new Entry(
                        cells[0],
                        cells[1],
                        cells[2],
                        Integer.parseInt(cells[3]),
                        Integer.parseInt(cells[4]),
                        Integer.parseInt(cells[5]),
                        Integer.parseInt(cells[6]),
                        Integer.parseInt(cells[7])));
            }
        }
        return new KernelManifest(sources, entries);
    }

    /** The form in which it is kept. */
    String text() {
        StringBuilder text = new StringBuilder();
        sources.forEach((file, hash) ->
                text.append("source\t").append(file).append('\t').append(hash).append('\n'));
        text.append(TITLE).append('\n');
        for (Entry entry : entries) {
            text.append(String.join(
                            "\t",
                            entry.file(),
                            entry.target(),
                            entry.name(),
                            Integer.toString(entry.registers()),
                            Integer.toString(entry.sharedBytes()),
                            Integer.toString(entry.stackBytes()),
                            Integer.toString(entry.spillStoreBytes()),
                            Integer.toString(entry.spillLoadBytes())))
                    .append('\n');
        }
        return text.toString();
    }

    /** Registers of a thread of an entry on an architecture. */
    public int registers(String entry, String target) {
        return entries.stream()
                .filter(each -> each.name().equals(entry) && each.target().equals(target))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no entry " + entry + " was assembled for " + target))
                .registers();
    }
}
