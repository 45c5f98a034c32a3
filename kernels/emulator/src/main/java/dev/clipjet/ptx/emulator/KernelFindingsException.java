package dev.clipjet.ptx.emulator;

import dev.clipjet.device.DeviceException;
import dev.clipjet.ptx.report.Finding;
import java.util.List;
import java.util.stream.Collectors;

/** The checks found errors in a launch. */
public final class KernelFindingsException extends DeviceException {
    private static final long serialVersionUID = 1L;
    private static final int SHOWN = 20;

    private final transient List<Finding> findings;

    KernelFindingsException(String kernel, List<Finding> findings, boolean completed) {
        super(
                "launch of " + kernel,
                completed ? 0 : 719,
                completed ? "CHECKS_FAILED" : "CUDA_ERROR_LAUNCH_FAILED",
                text(findings));
        this.findings = List.copyOf(findings);
    }

    private static String text(List<Finding> findings) {
        String more = findings.size() > SHOWN ? "\n  and " + (findings.size() - SHOWN) + " more" : "";
        return findings.stream().limit(SHOWN).map(f -> "\n  " + f).collect(Collectors.joining()) + more;
    }

    /** The errors, in the order of the program. */
    public List<Finding> findings() {
        return findings;
    }
}
