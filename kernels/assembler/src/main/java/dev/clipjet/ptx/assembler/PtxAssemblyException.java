package dev.clipjet.ptx.assembler;

import java.util.List;
import java.util.stream.Collectors;

/** The assembler refused a text. */
public final class PtxAssemblyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * One complaint.
     *
     * @param line line of the text, 0 if the assembler names none
     * @param problem what it says
     * @param text that line
     */
    public record Complaint(int line, String problem, String text) {}

    private final transient List<Complaint> complaints;

    PtxAssemblyException(String file, String target, List<Complaint> complaints) {
        super(file + " cannot be assembled for " + target
                + complaints.stream()
                        .map(each -> "\n  " + (each.line() == 0 ? "" : file + ":" + each.line() + ": ") + each.problem()
                                + (each.text().isEmpty() ? "" : ": " + each.text()))
                        .collect(Collectors.joining()));
        this.complaints = List.copyOf(complaints);
    }

    /** What the assembler said, in its order. */
    public List<Complaint> complaints() {
        return complaints;
    }
}
