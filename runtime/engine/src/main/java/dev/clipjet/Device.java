package dev.clipjet;

import dev.clipjet.error.InvalidInputException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Where a model may run. */
public enum Device {
    /** The best that this machine has. */
    AUTO,
    /** The CPU, whatever else there is. */
    CPU;

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
