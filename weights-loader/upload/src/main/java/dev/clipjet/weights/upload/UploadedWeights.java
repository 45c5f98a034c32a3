package dev.clipjet.weights.upload;

import dev.clipjet.device.DeviceMemory;
import dev.clipjet.error.ClosedException;
import dev.clipjet.error.InvalidInputException;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;

/** The weights of a model in one block of device memory, which is freed when this is closed. Thread-safe but for closing. */
public final class UploadedWeights implements AutoCloseable {
    private final DeviceMemory memory;
    private final Map<String, UploadedWeight> weights;
    private final Map<String, Long> overflows;
    private boolean closed;

    UploadedWeights(DeviceMemory memory, Map<String, UploadedWeight> weights, Map<String, Long> overflows) {
        this.memory = memory;
        this.weights = Collections.unmodifiableMap(weights);
        this.overflows = Collections.unmodifiableMap(overflows);
    }

    /**
     * The weight of a name.
     *
     * @throws InvalidInputException if none was uploaded
     */
    public UploadedWeight get(String name) {
        return find(name).orElseThrow(() -> new InvalidInputException("no weight \"" + name + "\" was uploaded"));
    }

    /** The weight of a name, if it was uploaded. */
    public Optional<UploadedWeight> find(String name) {
        if (closed) {
            throw new ClosedException("uploaded weights");
        }
        return Optional.ofNullable(weights.get(name));
    }

    /** All weights in the order of their addresses. */
    public Collection<UploadedWeight> all() {
        return weights.values();
    }

    /** Finite values that became infinite in the device's type, by name; a weight without any is not in it. */
    public Map<String, Long> overflows() {
        return overflows;
    }

    /** Address of the block, a multiple of 256. */
    public long address() {
        return memory.address();
    }

    /** Bytes of the block, padding between weights included. */
    public long bytes() {
        return memory.bytes();
    }

    /** Frees the memory; no kernel may read it any more. Closing again has no effect. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            memory.close();
        }
    }
}
