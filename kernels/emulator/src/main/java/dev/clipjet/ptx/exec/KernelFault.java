package dev.clipjet.ptx.exec;

import dev.clipjet.ptx.report.Finding;

/** Ends a launch that cannot go on. */
public final class KernelFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Finding finding;

    /** A launch ended by an error. */
    public KernelFault(Finding finding) {
        super(finding.toString(), null, false, false);
        this.finding = finding;
    }

    /** The error. */
    public Finding finding() {
        return finding;
    }
}
