package dev.clipjet.ptx.assembler;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the assembler's logs. */
final class AssemblerLog {
    private static final Pattern ENTRY = Pattern.compile("Compiling entry function '([^']+)'");
    private static final Pattern STACK =
            Pattern.compile("(\\d+) bytes stack frame, (\\d+) bytes spill stores, (\\d+) bytes spill loads");
    private static final Pattern USED = Pattern.compile("Used (\\d+) registers");
    private static final Pattern SHARED = Pattern.compile("(\\d+) bytes smem");
    private static final Pattern CONSTANT = Pattern.compile("(\\d+) bytes cmem\\[\\d+]");
    private static final Pattern LINE = Pattern.compile("line (\\d+)[;,:]?\\s*(.*)");

    private AssemblerLog() {}

    static List<KernelResources> kernels(String log) {
        List<KernelResources> kernels = new ArrayList<>();
        String entry = null;
        int[] stack = new int[3];
        for (String line : log.split("\n")) {
            Matcher matcher = ENTRY.matcher(line);
            if (matcher.find()) {
                entry = matcher.group(1);
                stack = new int[3];
            }
            matcher = STACK.matcher(line);
            if (entry != null && matcher.find()) {
                for (int i = 0; i < 3; i++) {
                    stack[i] = Integer.parseInt(matcher.group(i + 1));
                }
            }
            matcher = USED.matcher(line);
            if (entry != null && matcher.find()) {
                kernels.add(new KernelResources(
                        entry,
                        Integer.parseInt(matcher.group(1)),
                        stack[0],
                        stack[1],
                        stack[2],
                        sum(SHARED, line),
                        sum(CONSTANT, line)));
                entry = null;
            }
        }
        return List.copyOf(kernels);
    }

    private static int sum(Pattern pattern, String line) {
        int sum = 0;
        Matcher matcher = pattern.matcher(line);
        while (matcher.find()) {
            sum += Integer.parseInt(matcher.group(1));
        }
        return sum;
    }

    static List<PtxAssemblyException.Complaint> complaints(String log, String ptx) {
        String[] lines = ptx.split("\n", -1);
        List<PtxAssemblyException.Complaint> complaints = new ArrayList<>();
        for (String each : log.split("\n")) {
            if (each.isBlank()) {
                continue;
            }
            Matcher matcher = LINE.matcher(each);
            if (matcher.find()) {
                int line = Integer.parseInt(matcher.group(1));
                String text = line >= 1 && line <= lines.length ? lines[line - 1].strip() : "";
                complaints.add(new PtxAssemblyException.Complaint(
                        line, matcher.group(2).strip(), text));
            } else {
                complaints.add(new PtxAssemblyException.Complaint(0, each.strip(), ""));
            }
        }
        return complaints;
    }
}
