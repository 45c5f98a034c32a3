package dev.clipjet.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import dev.clipjet.convert.PlannedTensor;
import dev.clipjet.convert.TensorContent;
import dev.clipjet.graph.Weight;
import dev.clipjet.model.CanonicalName;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.safetensors.SafetensorsWriter.Declaration;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A graph in the making: nodes, small constants, and the weights that it refers to. Everything is computed in F32;
 * weights of other types are converted by the graph, which is exact.
 */
final class OnnxGraph {
    private final GraphProto.Builder proto = GraphProto.newBuilder();
    private final Map<String, PlannedTensor> weights = new LinkedHashMap<>();
    private final Map<CanonicalName, TensorContent> contents;
    private final Optional<ElementType> type;
    private final Map<Weight.Matrix, String> expressions = new HashMap<>();
    private final Map<Weight.Vector, String> vectors = new HashMap<>();
    private int nodes;

    /**
     * @param contents the canonical tensors
     * @param type of all weights; empty to keep that of each
     */
    OnnxGraph(String name, Map<CanonicalName, TensorContent> contents, Optional<ElementType> type) {
        proto.setName(name);
        this.contents = contents;
        this.type = type;
    }

    /** Everything but the weights. */
    GraphProto proto() {
        return proto.build();
    }

    /** The weights, in the order in which they were first asked for. */
    List<PlannedTensor> weights() {
        return new ArrayList<>(weights.values());
    }

    /** A canonical tensor as F32 with the given shape. */
    String weight(CanonicalName name, long... shape) {
        return toFloat(stored(name, shape), dtype(name));
    }

    /** A canonical tensor in its own type. */
    String stored(CanonicalName name, long... shape) {
        return declare(name.value(), contents.get(name), dtype(name), shape);
    }

    /** Rows of the canonical tensor. */
    long rows(CanonicalName name) {
        return contents.get(name).rows();
    }

    /** A matrix expression as F32 with the given shape; computed when it is written, unless it is a tensor as it is. */
    String matrix(Weight.Matrix matrix, long... shape) {
        if (!matrix.isPlain()) {
            String name = expressions.computeIfAbsent(matrix, key -> freeName(matrix.source()));
            ElementType stored = type.orElse(ElementType.F32);
            return toFloat(declare(name, new ExpressionContent(matrix, contents), stored, shape), stored);
        }
        long rows = rows(matrix.source());
        if (rows == matrix.rows()) {
            return weight(matrix.source(), shape);
        }
        String whole = weight(matrix.source(), rows, matrix.columns());
        return node(
                "Slice",
                List.of(whole, vector(matrix.firstRow()), vector(matrix.firstRow() + matrix.rows()), vector(0)));
    }

    /** A vector expression as F32. */
    String vector(Weight.Vector vector) {
        if (vector instanceof Weight.Stored stored) {
            return weight(stored.source(), stored.length());
        }
        String known = vectors.get(vector);
        if (known == null) {
            float[] values = vector.floats(new ContentTensors(contents));
            ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(values);
            known = floats(bytes.array(), values.length);
            vectors.put(vector, known);
        }
        return known;
    }

    private String freeName(CanonicalName source) {
        String name = source.value();
        for (int i = 1; weights.containsKey(name) || expressions.containsValue(name); i++) {
            name = source.value() + "." + i;
        }
        return name;
    }

    private String declare(String name, TensorContent content, ElementType stored, long... shape) {
        List<Long> sizes = new ArrayList<>();
        for (long size : shape) {
            sizes.add(size);
        }
        weights.computeIfAbsent(
                name, key -> new PlannedTensor(new Declaration(key, stored, sizes), content, 0, false, ""));
        return name;
    }

    /** The type of a weight in the file. */
    ElementType dtype(CanonicalName name) {
        return type.orElse(contents.get(name).dtype());
    }

    /** A value of another type as F32. */
    String toFloat(String value, ElementType from) {
        return from == ElementType.F32 ? value : cast(value, TensorProto.DataType.FLOAT);
    }

    String cast(String value, TensorProto.DataType to) {
        return node("Cast", List.of(value), integer("to", to.getNumber()));
    }

    /** Adds a node with one output, and returns the output's name. */
    String node(String operator, List<String> inputs, AttributeProto... attributes) {
        String name = operator + "_" + nodes++;
        proto.addNode(NodeProto.newBuilder()
                .setOpType(operator)
                .setName(name)
                .addAllInput(inputs)
                .addOutput(name)
                .addAllAttribute(List.of(attributes)));
        return name;
    }

    static AttributeProto integer(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }

    static AttributeProto integers(String name, long... values) {
        AttributeProto.Builder attribute =
                AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
        for (long value : values) {
            attribute.addInts(value);
        }
        return attribute.build();
    }

    static AttributeProto number(String name, double value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.FLOAT)
                .setF((float) value)
                .build();
    }

    /** A constant number. */
    String constant(double value) {
        return constant(TensorProto.newBuilder()
                .setDataType(TensorProto.DataType.FLOAT.getNumber())
                .addFloatData((float) value));
    }

    /** A constant integer without dimensions. */
    String scalar(long value) {
        return constant(TensorProto.newBuilder()
                .setDataType(TensorProto.DataType.INT64.getNumber())
                .addInt64Data(value));
    }

    /** Constant integers, [values]. */
    String vector(long... values) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setDataType(TensorProto.DataType.INT64.getNumber());
        tensor.addDims(values.length);
        for (long value : values) {
            tensor.addInt64Data(value);
        }
        return constant(tensor);
    }

    /** Constant numbers as raw little-endian F32. */
    String floats(byte[] values, long... shape) {
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setDataType(TensorProto.DataType.FLOAT.getNumber())
                .setRawData(ByteString.copyFrom(values));
        for (long size : shape) {
            tensor.addDims(size);
        }
        return constant(tensor);
    }

    private String constant(TensorProto.Builder tensor) {
        String name = "constant_" + proto.getInitializerCount();
        proto.addInitializer(tensor.setName(name));
        return name;
    }

    /** Declares an input. A size below zero is the batch, which is free. */
    void input(String name, TensorProto.DataType element, long... shape) {
        proto.addInput(value(name, element, shape));
    }

    /** Makes a value an output with the name. */
    void output(String name, String value, long... shape) {
        proto.addNode(NodeProto.newBuilder()
                .setOpType("Identity")
                .setName(name)
                .addInput(value)
                .addOutput(name));
        proto.addOutput(value(name, TensorProto.DataType.FLOAT, shape));
    }

    private static ValueInfoProto value(String name, TensorProto.DataType element, long... shape) {
        TensorShapeProto.Builder sizes = TensorShapeProto.newBuilder();
        for (long size : shape) {
            if (size < 0) {
                sizes.addDimBuilder().setDimParam("batch");
            } else {
                sizes.addDimBuilder().setDimValue(size);
            }
        }
        TypeProto.Tensor.Builder tensor = TypeProto.Tensor.newBuilder();
        tensor.setElemType(element.getNumber()).setShape(sizes);
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder().setTensorType(tensor))
                .build();
    }
}
