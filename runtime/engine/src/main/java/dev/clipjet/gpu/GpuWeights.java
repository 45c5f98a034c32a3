package dev.clipjet.gpu;

import dev.clipjet.device.GpuDevice;
import dev.clipjet.device.GpuStream;
import dev.clipjet.engine.StoredTensorSource;
import dev.clipjet.error.InvalidInputException;
import dev.clipjet.graph.TensorSource;
import dev.clipjet.graph.Weight;
import dev.clipjet.kernels.gpu.Matrix;
import dev.clipjet.model.CanonicalName;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.CanonicalTensors;
import dev.clipjet.weights.upload.RowSource;
import dev.clipjet.weights.upload.UploadListener;
import dev.clipjet.weights.upload.UploadRequest;
import dev.clipjet.weights.upload.UploadedWeight;
import dev.clipjet.weights.upload.UploadedWeights;
import dev.clipjet.weights.upload.WeightUploader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Weight expressions on the device, each once for every layout that a plan wants it in. Matrices stream from where the model has
 * them, and are scaled on the way where the expression says so; vectors are computed and uploaded in float32. The model must outlive
 * this object.
 */
final class GpuWeights implements AutoCloseable {
    /** One upload: what it brought, in one block of memory. */
    private record Group(UploadedWeights memory, Set<DeviceWeight> weights) {}

    private final CanonicalTensors model;
    private final TensorSource tensors;
    private final GpuDevice device;
    private final GpuStream stream;
    private final List<Group> groups = new ArrayList<>();
    private final Map<DeviceWeight, UploadedWeight> uploaded = new HashMap<>();

    GpuWeights(CanonicalTensors model, GpuDevice device, GpuStream stream) {
        this.model = model;
        this.device = device;
        this.stream = stream;
        tensors = new StoredTensorSource(model);
    }

    /** Uploads what is wanted and not there yet. */
    void upload(Collection<DeviceWeight> wanted) {
        Map<String, DeviceWeight> missing = new LinkedHashMap<>();
        List<UploadRequest> requests = new ArrayList<>();
        for (DeviceWeight weight : new LinkedHashSet<>(wanted)) {
            if (!uploaded.containsKey(weight)) {
                String name = reportedName(weight.expression(), missing.keySet());
                missing.put(name, weight);
                RowSource source = weight.arrangement().apply(source(weight.expression()));
                requests.add(new UploadRequest(name, source, weight.type(), weight.layout()));
            }
        }
        if (requests.isEmpty()) {
            return;
        }
        try (WeightUploader uploader = new WeightUploader(device, stream, new RefuseOverflow(model.source()))) {
            UploadedWeights memory = uploader.upload(requests);
            groups.add(new Group(memory, new HashSet<>(missing.values())));
            memory.all().forEach(weight -> uploaded.put(missing.get(weight.name()), weight));
        }
    }

    /** Frees what was uploaded together and is used no more, none of it. */
    void keep(Set<DeviceWeight> used) {
        List<Group> idle = groups.stream()
                .filter(group -> group.weights().stream().noneMatch(used::contains))
                .toList();
        for (Group group : idle) {
            groups.remove(group);
            uploaded.keySet().removeAll(group.weights());
            group.memory().close();
        }
    }

    /** A name for reports that no other weight of the upload has: that of the tensors, and which rows. */
    private static String reportedName(Weight weight, Set<String> taken) {
        String name = weight.sources().stream().map(CanonicalName::value).collect(Collectors.joining(" with "));
        if (weight instanceof Weight.Matrix matrix && matrix.firstRow() > 0) {
            name += " from row " + matrix.firstRow();
        }
        String unique = name;
        for (int i = 2; taken.contains(unique); i++) {
            unique = name + " (" + i + ")";
        }
        return unique;
    }

    private RowSource source(Weight weight) {
        if (weight instanceof Weight.Matrix matrix) {
            return source(matrix);
        }
        float[] values = ((Weight.Vector) weight).floats(tensors);
        return RowSource.of(values, 1, values.length);
    }

    private RowSource source(Weight.Matrix matrix) {
        RowSource source =
                ElementRange.rows(RowSource.of(model.tensor(matrix.source())), matrix.firstRow(), matrix.rows());
        if (matrix.columnScale().isPresent()) {
            source = source.scaleColumns(matrix.columnScale().get().floats(tensors));
        }
        return matrix.rowScale().isPresent()
                ? source.scaleRows(matrix.rowScale().get().floats(tensors))
                : source;
    }

    /** Address of a weight that was uploaded. */
    long address(DeviceWeight weight) {
        return get(weight).address();
    }

    /** A table that was uploaded. */
    Matrix table(DeviceWeight weight) {
        UploadedWeight found = get(weight);
        int stride = DeviceLayout.stride(found.columns(), weight.type());
        return new Matrix(found.address(), found.rows(), found.columns(), stride);
    }

    private UploadedWeight get(DeviceWeight weight) {
        UploadedWeight found = uploaded.get(weight);
        if (found == null) {
            throw new IllegalStateException(weight + " was not uploaded");
        }
        return found;
    }

    @Override
    public void close() {
        uploaded.clear();
        try (Closer all = new Closer()) {
            groups.forEach(group -> all.add(group.memory()));
            groups.clear();
        }
    }

    /** Weights that are infinite in the device's type would give answers without meaning. */
    private record RefuseOverflow(Path model) implements UploadListener {
        @Override
        public void overflow(String weight, ElementType target, long count) {
            throw new InvalidInputException(model + ": " + count + " values of " + weight + " are too large for "
                    + target + "; use bf16 or fp32");
        }
    }
}
