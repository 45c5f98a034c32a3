package dev.clipjet.gpu;

import dev.clipjet.device.GpuProvider;
import dev.clipjet.error.DeviceUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * The ways to GPUs that are on the class path.
 *
 * @param providers in the order in which they are tried
 */
public record GpuDevices(List<GpuProvider> providers) {
    public GpuDevices {
        providers = List.copyOf(providers);
    }

    /** What the service loader finds. */
    public static GpuDevices installed() {
        return new GpuDevices(ServiceLoader.load(GpuProvider.class, GpuDevices.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .toList());
    }

    /**
     * The provider of a name.
     *
     * @throws DeviceUnavailableException if it is not on the class path or has no usable device
     */
    public GpuProvider named(String name) {
        GpuProvider provider = providers.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () -> new DeviceUnavailableException(name, "its module is not on the class path" + found()));
        provider.unavailable().ifPresent(why -> {
            throw new DeviceUnavailableException(name, why);
        });
        return provider;
    }

    private String found() {
        List<String> names = providers.stream().map(GpuProvider::name).toList();
        return names.isEmpty() ? "" : "; found: " + String.join(", ", names);
    }

    /** The first provider that may be chosen for a user who did not ask for it, if one has a usable device. */
    public Optional<GpuProvider> automatic() {
        return providers.stream()
                .filter(provider ->
                        provider.isAutomatic() && provider.unavailable().isEmpty())
                .findFirst();
    }

    /** Why {@link #automatic} is empty. */
    public String whyNone() {
        List<String> reasons = new ArrayList<>();
        for (GpuProvider provider : providers) {
            if (provider.isAutomatic()) {
                provider.unavailable().ifPresent(why -> reasons.add("no " + provider.name() + ": " + why));
            }
        }
        return reasons.isEmpty() ? "no module for GPUs is on the class path" : String.join(", ", reasons);
    }
}
