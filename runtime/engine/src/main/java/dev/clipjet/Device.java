package dev.clipjet;

import dev.clipjet.error.InvalidInputException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Where a model may run. */
public enum Device {
    /** A GPU if there is one that the kernels run on, else the CPU. */
    AUTO,
    /** The CPU, whatever else there is. */
    CPU,
    /** An NVIDIA GPU; an error where there is none. */
    CUDA,
    /** The GPU's kernels on an emulator, thousands of times slower: for tests. It must be on the class path. */
    EMULATED;

    /** The name used on the command line. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The device of a {@link #label()}. */
    public static Device of(String label) {
        return Arrays.stream(values())
                .filter(device -> device.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException("unknown device \"" + label + "\", known are "
                        + Arrays.stream(values()).map(Device::label).collect(Collectors.joining(", "))));
    }
}
