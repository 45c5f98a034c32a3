package dev.clipjet.device;

import java.util.Optional;

/** A way to GPUs, found by {@link java.util.ServiceLoader}. Asking one costs little and never fails. */
public interface GpuProvider {
    /** How users name it: {@code cuda}. */
    String name();

    /** Whether it may be chosen for a user who did not ask for it. */
    boolean isAutomatic();

    /** Why there is no device that the kernels run on; empty if there is one. */
    Optional<String> unavailable();

    /** What users should know when it has been chosen, such as how slow it is; may be empty. */
    String remark();

    /**
     * Opens a device that the kernels run on.
     *
     * @return owned by the caller
     * @throws DeviceException if that fails
     */
    GpuDevice open();
}
