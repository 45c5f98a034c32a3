package dev.clipjet.ptx.assembler;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the assembler's logs. */
final class AssemblerLog {
    private static final Pattern ENTRY = Pattern.compile("Compiling entry function '([^']+)'");
    private static final Pattern PROPERTIES = Pattern.compile("Function properties for (\\S+)");
    private static final Pattern STACK =
            Pattern.compile("(\\d+) bytes stack frame, (\\d+) bytes spill stores, (\\d+) bytes spill loads");
    private static final Pattern USED = Pattern.compile("Used (\\d+) registers");
    private static final Pattern SHARED = Pattern.compile("(\\d+) bytes smem");
    private static final Pattern CONSTANT = Pattern.compile("(\\d+) bytes cmem\\[\\d+]");
    private static final Pattern LINE = Pattern.compile("line (\\d{1,9})[;,:]?\\s*(.*)");
    private static final Pattern SEVERITY = Pattern.compile("^(?:ptxas\\s+)?(?:error|fatal)\\s*:\\s*");

    private AssemblerLog() {}

    /**
     * The resources of the entries.
     *
     * @throws PtxAssemblyException if an entry uses more than any GPU has, which the assembler lets pass for sizes beyond 32 bits
     */
    static List<KernelResources> kernels(String log, String file, String target) {
        List<KernelResources> kernels = new ArrayList<>();
        String entry = null;
        String function = null;
        int[] stack = new int[3];
        for (String line : log.split("\n")) {
            Matcher matcher = ENTRY.matcher(line);
            if (matcher.find()) {
                entry = matcher.group(1);
                stack = new int[3];
            }
            matcher = PROPERTIES.matcher(line);
            if (matcher.find()) {
                function = matcher.group(1);
            }
            matcher = STACK.matcher(line);
            if (matcher.find() && entry != null && entry.equals(function)) {
                for (int i = 0; i < 3; i++) {
                    stack[i] = number(matcher.group(i + 1), line, file, target);
                }
            }
            matcher = USED.matcher(line);
            if (entry != null && matcher.find()) {
                kernels.add(new KernelResources(
                        entry,
                        number(matcher.group(1), line, file, target),
                        stack[0],
                        stack[1],
                        stack[2],
                        sum(SHARED, line, file, target),
                        sum(CONSTANT, line, file, target)));
                entry = null;
            }
        }
        return List.copyOf(kernels);
    }

    private static int sum(Pattern pattern, String line, String file, String target) {
        int sum = 0;
        Matcher matcher = pattern.matcher(line);
        while (matcher.find()) {
            sum += number(matcher.group(1), line, file, target);
        }
        return sum;
    }

    private static int number(String digits, String line, String file, String target) {
        if (digits.length() > 9) {
            throw new PtxAssemblyException(
                    file,
                    target,
                    List.of(new PtxAssemblyException.Complaint(
                            0, "more than any GPU has: " + line.replaceFirst("^ptxas[^:]*:\\s*", ""), "")));
        }
        return Integer.parseInt(digits);
    }

    /** Errors with their lines; the closing remark that there were errors is left out where others say which. */
    static List<PtxAssemblyException.Complaint> complaints(String log, String ptx) {
        String[] lines = ptx.split("\n", -1);
        List<PtxAssemblyException.Complaint> complaints = new ArrayList<>();
        for (String each : log.split("\n")) {
            boolean closing = each.contains("assembly aborted due to errors");
            if (each.isBlank() || closing && !complaints.isEmpty()) {
                continue;
            }
            Matcher matcher = LINE.matcher(each);
            if (each.contains("SM version specified by .target is higher")) {
                complaints.add(newerTarget(lines));
            } else if (matcher.find()) {
                int line = Integer.parseInt(matcher.group(1));
                String text = line >= 1 && line <= lines.length ? lines[line - 1].strip() : "";
                complaints.add(new PtxAssemblyException.Complaint(line, problem(matcher.group(2)), text));
            } else {
                complaints.add(new PtxAssemblyException.Complaint(0, problem(each), ""));
            }
        }
        return complaints;
    }

    private static PtxAssemblyException.Complaint newerTarget(String[] lines) {
        for (int i = 0; i < lines.length; i++) {
            if (lines[i].strip().startsWith(".target")) {
                return new PtxAssemblyException.Complaint(
                        i + 1, "the text is for a newer architecture than it is assembled for", lines[i].strip());
            }
        }
        return new PtxAssemblyException.Complaint(0, "the text is for a newer architecture", "");
    }

    private static String problem(String text) {
        return SEVERITY.matcher(text.strip()).replaceFirst("").strip();
    }
}
