package dev.clipjet.gpu;

import dev.clipjet.device.GpuDevice;
import dev.clipjet.device.GpuStream;
import dev.clipjet.error.InvalidInputException;
import dev.clipjet.graph.Graph;
import dev.clipjet.graph.Op;
import dev.clipjet.kernels.gpu.Activation;
import dev.clipjet.kernels.gpu.Matrix;
import dev.clipjet.kernels.gpu.StorageType;
import dev.clipjet.memory.DType;
import dev.clipjet.model.CanonicalName;
import dev.clipjet.weights.CanonicalTensor;
import dev.clipjet.weights.Checkpoint;
import dev.clipjet.weights.FloatConversion;
import dev.clipjet.weights.StoredTensor;
import dev.clipjet.weights.upload.RowSource;
import dev.clipjet.weights.upload.UploadListener;
import dev.clipjet.weights.upload.UploadRequest;
import dev.clipjet.weights.upload.UploadedWeight;
import dev.clipjet.weights.upload.UploadedWeights;
import dev.clipjet.weights.upload.WeightUploader;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A checkpoint's tensors on the device, in the forms that the kernels read: matrices of linear layers packed and in storage type, with
 * layer scale folded in; tables in storage type with padded rows; biases and norms in float32. The patch matrix for images as bytes has
 * the normalisation folded in. The checkpoint must outlive this object.
 */
final class GpuWeights implements AutoCloseable {
    private static final String FOR_BYTES = " for bytes";

    private final Checkpoint checkpoint;
    private final GpuDevice device;
    private final GpuStream stream;
    private final StorageType type;
    private final LinearChoice linear;
    private final Optional<PixelScale> pixels;
    private final Closing uploads = new Closing();
    private final Map<String, UploadedWeight> weights = new HashMap<>();

    GpuWeights(
            Checkpoint checkpoint,
            GpuDevice device,
            GpuStream stream,
            StorageType type,
            LinearChoice linear,
            Optional<PixelScale> pixels) {
        this.checkpoint = checkpoint;
        this.device = device;
        this.stream = stream;
        this.type = type;
        this.linear = linear;
        this.pixels = pixels;
    }

    /** Uploads what a graph needs and is not there yet. */
    void upload(Graph graph, Tower tower, DeviceLayout layout) {
        Map<String, UploadRequest> missing = new LinkedHashMap<>();
        for (Op op : graph.ops()) {
            for (UploadRequest request : requests(op, tower, layout)) {
                if (!weights.containsKey(request.name())) {
                    missing.putIfAbsent(request.name(), request);
                }
            }
        }
        if (missing.isEmpty()) {
            return;
        }
        try (WeightUploader uploader = new WeightUploader(device, stream, new RefuseOverflow(checkpoint.source()))) {
            UploadedWeights uploaded = uploads.add(uploader.upload(List.copyOf(missing.values())));
            uploaded.all().forEach(weight -> weights.put(weight.name(), weight));
        }
    }

    private List<UploadRequest> requests(Op op, Tower tower, DeviceLayout layout) {
        List<UploadRequest> requests = new ArrayList<>();
        if (op instanceof Op.Linear layer) {
            requests.add(matrix(layer, tower, linear.method(shape(layer, layout))));
            biasName(layer, tower).ifPresent(name -> requests.add(bias(name, layer, tower)));
        } else if (op instanceof Op.LayerNorm norm) {
            requests.add(new UploadRequest(norm.weight(), source(norm.weight()), DType.F32));
            requests.add(new UploadRequest(norm.bias(), source(norm.bias()), DType.F32));
        } else if (op instanceof Op.AssembleImageTokens assemble) {
            requests.add(table(assemble.classEmbedding(), ElementRange.row(source(assemble.classEmbedding()))));
            requests.add(table(assemble.positions(), source(assemble.positions())));
        } else if (op instanceof Op.EmbedTokens embed) {
            requests.add(table(embed.table(), source(embed.table())));
            requests.add(table(embed.positions(), source(embed.positions())));
        }
        return requests;
    }

    private UploadRequest table(String name, RowSource source) {
        return new UploadRequest(name, source, type.dtype(), WeightForm.table(type));
    }

    private UploadRequest matrix(Op.Linear layer, Tower tower, LinearMethod method) {
        RowSource source = source(layer.weight());
        if (isForBytes(layer, tower)) {
            source = source.scaleColumns(columnScales(source.columns()));
        }
        if (layer.scale().isPresent()) {
            source = source.scaleRows(vector(layer.scale().get()));
        }
        int rows = layer.output().columns();
        source = ElementRange.rows(source, layer.firstRow(), rows);
        return new UploadRequest(
                matrixName(layer, tower, method), source, type.dtype(), method.layout(rows, source.columns()));
    }

    private UploadRequest bias(String name, Op.Linear layer, Tower tower) {
        if (isForBytes(layer, tower)) {
            float[] values = pixelBias(layer);
            return new UploadRequest(name, RowSource.of(values, values.length, 1), DType.F32);
        }
        RowSource source = source(layer.bias().orElseThrow());
        if (layer.scale().isPresent()) {
            source = source.scaleRows(vector(layer.scale().get()));
        }
        return new UploadRequest(
                name, ElementRange.rows(source, layer.firstRow(), layer.output().columns()), DType.F32);
    }

    /** Whether a layer is the one behind pixels that are not normalised yet. */
    private static boolean isForBytes(Op.Linear layer, Tower tower) {
        return tower == Tower.IMAGE_BYTES && layer.weight().equals("vision.patch.weight");
    }

    private static String range(Op.Linear layer) {
        return " rows " + layer.firstRow() + " to "
                + (layer.firstRow() + layer.output().columns());
    }

    private static String matrixName(Op.Linear layer, Tower tower, LinearMethod method) {
        return layer.weight() + range(layer) + (isForBytes(layer, tower) ? FOR_BYTES : "") + " for " + method.name();
    }

    private static Optional<String> biasName(Op.Linear layer, Tower tower) {
        return isForBytes(layer, tower)
                ? Optional.of("the bias of " + layer.weight() + range(layer) + FOR_BYTES)
                : layer.bias().map(name -> name + range(layer));
    }

    /** {@code W' = W * scale} of each pixel's channel; columns are channel by channel. */
    private float[] columnScales(int columns) {
        PixelScale scale = pixelScale();
        float[] factors = new float[columns];
        for (int i = 0; i < columns; i++) {
            factors[i] = (float) scale.scale()[i / (columns / 3)];
        }
        return factors;
    }

    /**
     * What the subtracted centre and the offset contribute: {@code sum W (centre * scale + offset)}, and the layer's own bias where it
     * has one.
     */
    private float[] pixelBias(Op.Linear layer) {
        PixelScale scale = pixelScale();
        float[] matrix = vector(layer.weight());
        int rows = layer.output().columns();
        int columns = matrix.length / rows;
        float[] own = layer.bias().isPresent() ? vector(layer.bias().get()) : new float[rows];
        float[] bias = new float[rows];
        for (int row = 0; row < rows; row++) {
            double sum = own[row];
            for (int i = 0; i < columns; i++) {
                int channel = i / (columns / 3);
                double constant = scale.centre(channel) * scale.scale()[channel] + scale.offset()[channel];
                sum += matrix[row * columns + i] * constant;
            }
            bias[row] = (float) sum;
        }
        return bias;
    }

    PixelScale pixelScale() {
        return pixels.orElseThrow(
                () -> new InvalidInputException(checkpoint.source() + " does not say how pixels are normalised"));
    }

    private RowSource source(String name) {
        return RowSource.of(checkpoint.tensor(new CanonicalName(name)));
    }

    /** All values of a small tensor. */
    private float[] vector(String name) {
        CanonicalTensor tensor = checkpoint.tensor(new CanonicalName(name));
        float[] values = new float[Math.toIntExact(tensor.elements())];
        FloatBuffer target = FloatBuffer.wrap(values);
        for (StoredTensor segment : tensor.segments()) {
            FloatConversion.toFloat(segment, target);
        }
        return values;
    }

    /** Address of a layer's packed matrix. */
    long matrixAddress(Op.Linear layer, Tower tower, LinearMethod method) {
        return uploaded(matrixName(layer, tower, method)).address();
    }

    /** Address of a layer's bias, 0 if it has none. */
    long biasAddress(Op.Linear layer, Tower tower) {
        return biasName(layer, tower).map(name -> uploaded(name).address()).orElse(0L);
    }

    /** The shape of a layer for the capacity of a layout. */
    LinearShape shape(Op.Linear layer, DeviceLayout layout) {
        return new LinearShape(
                layout.rows(layer.output()),
                layer.output().columns(),
                source(layer.weight()).columns(),
                layer.activation().map(GpuWeights::activation).orElse(Activation.NONE),
                layer.residual());
    }

    private static Activation activation(dev.clipjet.model.Activation activation) {
        return switch (activation) {
            case QUICK_GELU -> Activation.QUICK_GELU;
            case GELU -> Activation.GELU;
            case GELU_TANH -> Activation.GELU_TANH;
        };
    }

    /** Address of a float32 vector. */
    long vectorAddress(String name) {
        return uploaded(name).address();
    }

    /** A table in storage type. */
    Matrix tableMatrix(String name) {
        UploadedWeight weight = uploaded(name);
        return new Matrix(
                weight.address(), weight.rows(), weight.columns(), DeviceLayout.stride(weight.columns(), type));
    }

    private UploadedWeight uploaded(String name) {
        UploadedWeight weight = weights.get(name);
        if (weight == null) {
            throw new IllegalStateException(name + " was not uploaded");
        }
        return weight;
    }

    @Override
    public void close() {
        weights.clear();
        uploads.close();
    }

    /** Weights that are infinite in storage type would give answers without meaning. */
    private record RefuseOverflow(java.nio.file.Path model) implements UploadListener {
        @Override
        public void overflow(String weight, DType target, long count) {
            throw new InvalidInputException(model + ": " + count + " values of " + weight + " are too large for "
                    + target + "; use bf16 or fp32");
        }
    }
}
