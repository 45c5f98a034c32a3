package dev.clipjet.device;

import java.util.List;
import java.util.Optional;

/** A way to a library of matrix products, found by {@link java.util.ServiceLoader}. None is no error: the kernels do without. */
public interface GemmLibraryProvider {
    /**
     * What was found.
     *
     * @param library owned by the caller
     * @param report a line for each version that was tried, with what is missing and what helps; empty where the library is not for
     *     such a device
     */
    record Search(Optional<GemmLibrary> library, List<String> report) {
        /** Copies the report. */
        public Search {
            report = List.copyOf(report);
        }
    }

    /** Looks for the library. Never fails for want of it. */
    Search open(GpuDevice device);
}
