package dev.clipjet.weights.upload;

import dev.clipjet.error.InvalidInputException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the weights of a model lie in their common block.
 *
 * @param offsets of the weights in the order of the requests, multiples of {@link #ALIGNMENT}
 * @param bytes of the block
 */
record ArenaPlan(List<UploadRequest> requests, List<Long> offsets, long bytes) {
    /** Alignment of every weight in bytes. */
    static final int ALIGNMENT = 256;

    static ArenaPlan of(List<UploadRequest> requests) {
        if (requests.isEmpty()) {
            throw new InvalidInputException("no weights to upload");
        }
        Map<String, Long> offsets = new LinkedHashMap<>();
        long end = 0;
        for (UploadRequest request : requests) {
            if (offsets.put(request.name(), end) != null) {
                throw new InvalidInputException("weight \"" + request.name() + "\" is to be uploaded twice");
            }
            end = Math.addExact(end, aligned(request.bytes()));
        }
        return new ArenaPlan(List.copyOf(requests), List.copyOf(offsets.values()), end);
    }

    private static long aligned(long bytes) {
        return Math.addExact(bytes, ALIGNMENT - 1) & -ALIGNMENT;
    }

    /** Bytes of the sources that are of another type than on the device. */
    long convertedBytes() {
        long sum = 0;
        for (UploadRequest request : requests) {
            RowSource source = request.source();
            sum += source.dtype() == request.target()
                    ? 0
                    : source.elements() * source.dtype().bytes();
        }
        return sum;
    }

    /** The weights as they are once the block has its address. */
    Map<String, UploadedWeight> at(long address) {
        Map<String, UploadedWeight> weights = new LinkedHashMap<>();
        for (int i = 0; i < requests.size(); i++) {
            UploadRequest request = requests.get(i);
            weights.put(
                    request.name(),
                    new UploadedWeight(
                            request.name(),
                            address + offsets.get(i),
                            request.bytes(),
                            request.source().rows(),
                            request.source().columns(),
                            request.target(),
                            request.layout()));
        }
        return weights;
    }
}
