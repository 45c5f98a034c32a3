package dev.clipjet.kernels.gpu;

import dev.clipjet.device.DeviceProperties;
import dev.clipjet.device.GpuDevice;
import dev.clipjet.device.GpuFunction;
import dev.clipjet.device.GpuModule;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * The PTX that ships, loaded on one device. A file is loaded when its first entry is asked for. Not thread-safe.
 *
 * <p>Files are named {@code FAMILY.TARGET.ptx}. PTX for sm_80 runs on everything from compute capability 8.0 on; that for
 * sm_90a on 9.0 alone, where it is preferred.
 */
public final class KernelLibrary implements AutoCloseable {
    /** The target that every device from compute capability 8.0 on runs. */
    public static final String BASE_TARGET = "sm_80";

    /** The target with the features of Hopper that no other architecture has. */
    public static final String HOPPER_TARGET = "sm_90a";

    private static final int OLDEST_CAPABILITY = 80;

    private final GpuDevice device;
    private final Map<String, GpuModule> modules = new HashMap<>();

    /**
     * A library for a device.
     *
     * @param device owned by the caller, who closes this library first
     * @throws UnsupportedOperationException if the device is older than compute capability 8.0
     */
    public KernelLibrary(GpuDevice device) {
        DeviceProperties properties = device.properties();
        if (properties.computeCapability() < OLDEST_CAPABILITY) {
            throw new UnsupportedOperationException(properties.name() + " has compute capability "
                    + properties.computeMajor() + "." + properties.computeMinor() + "; the kernels need 8.0 or later");
        }
        this.device = device;
    }

    /** The device. */
    public GpuDevice device() {
        return device;
    }

    /** Whether the device runs PTX for sm_90a. */
    public boolean isHopper() {
        return device.properties().computeCapability() == 90;
    }

    /** An entry of a file for {@link #BASE_TARGET}. */
    public GpuFunction function(String family, String entry) {
        return function(family, BASE_TARGET, entry);
    }

    /**
     * An entry.
     *
     * @param family first part of the file's name
     * @param target second part
     * @param entry the entry
     */
    public GpuFunction function(String family, String target, String entry) {
        String file = family + "." + target + ".ptx";
        return modules.computeIfAbsent(file, name -> device.loadModule(name, text(name)))
                .function(entry);
    }

    /** The text of a file. */
    static String text(String file) {
        try (InputStream in = KernelLibrary.class.getResourceAsStream("ptx/" + file)) {
            if (in == null) {
                throw new IllegalArgumentException("there is no " + file + " among the kernels");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    /** Unloads the modules. */
    @Override
    public void close() {
        modules.values().forEach(GpuModule::close);
        modules.clear();
    }
}
