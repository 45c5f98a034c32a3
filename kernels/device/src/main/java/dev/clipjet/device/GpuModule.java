package dev.clipjet.device;

/** A loaded module, unloaded when closed. */
public interface GpuModule extends AutoCloseable {
    /** The entry of that name; fails if there is none. */
    GpuFunction function(String name);

    /** The address of a {@code .global} or {@code .const} variable; fails if there is none. */
    long variable(String name);

    @Override
    void close();
}
