package dev.clipjet.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.clipjet.convert.PlannedTensor;
import dev.clipjet.convert.TensorPump;
import dev.clipjet.convert.WeightFile;
import dev.clipjet.files.OutputFile;
import dev.clipjet.numeric.ElementType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A tower as an ONNX file. The message is written field by field, so that weights stream through; its layout is that of
 * protocol buffers, in which the fields of a message may come in any order. Weights beyond a size lie in a file of their
 * own beside it.
 */
final class OnnxWeights implements WeightFile {
    private static final int IR_VERSION = 8;
    private static final int OPERATORS = 17;
    private static final int BUFFER = 1 << 20;

    /** So that runtimes can map tensors. */
    private static final int EXTERNAL_ALIGNMENT = 4096;

    private final String name;
    private final OnnxGraph graph;
    private final Map<String, String> metadata;
    private final boolean external;

    /** @param embedded most bytes of weights in the file itself */
    OnnxWeights(String name, OnnxGraph graph, Map<String, String> metadata, long embedded) {
        this.name = name;
        this.graph = graph;
        this.metadata = metadata;
        this.external = bytes(graph) > embedded;
    }

    private static long bytes(OnnxGraph graph) {
        return graph.weights().stream()
                .mapToLong(weight -> weight.declaration().bytes())
                .sum();
    }

    @Override
    public String name() {
        return name;
    }

    private String dataName() {
        return name + "_data";
    }

    @Override
    public List<String> companions() {
        return external ? List.of(dataName()) : List.of();
    }

    @Override
    public List<PlannedTensor> tensors() {
        return graph.weights();
    }

    /** The file itself gets its name last. */
    @Override
    public boolean isComplete(Path directory) {
        return Files.exists(directory.resolve(name));
    }

    @Override
    public void write(Path directory, TensorPump pump) throws IOException {
        if (external) {
            writeFile(directory, dataName(), out -> {
                for (PlannedTensor weight : graph.weights()) {
                    pump.move(weight, (offset, data) -> out.write(data));
                    out.write(ByteBuffer.allocate(padding(weight.declaration().bytes())));
                }
            });
        }
        writeFile(directory, name, out -> {
            CodedOutputStream coded = CodedOutputStream.newInstance(out.stream(), BUFFER);
            writeModel(coded, pump);
            coded.flush();
        });
    }

    private static int padding(long bytes) {
        return (int) ((EXTERNAL_ALIGNMENT - bytes % EXTERNAL_ALIGNMENT) % EXTERNAL_ALIGNMENT);
    }

    private interface Content {
        void writeTo(OutputFile out) throws IOException;
    }

    private static void writeFile(Path directory, String name, Content content) throws IOException {
        try (OutputFile out = OutputFile.create(directory.resolve(name))) {
            content.writeTo(out);
            out.commit();
        }
    }

    private void writeModel(CodedOutputStream out, TensorPump pump) throws IOException {
        model().writeTo(out);
        GraphProto frame = graph.proto();
        long size = frame.getSerializedSize();
        long offset = 0;
        for (PlannedTensor weight : graph.weights()) {
            long inner = tensorBytes(weight, offset);
            size += CodedOutputStream.computeTagSize(GraphProto.INITIALIZER_FIELD_NUMBER)
                    + CodedOutputStream.computeUInt64SizeNoTag(inner)
                    + inner;
            offset += externalBytes(weight);
        }
        out.writeTag(ModelProto.GRAPH_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
        out.writeUInt64NoTag(size);
        frame.writeTo(out);
        offset = 0;
        for (PlannedTensor weight : graph.weights()) {
            out.writeTag(GraphProto.INITIALIZER_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt64NoTag(tensorBytes(weight, offset));
            head(weight, offset).writeTo(out);
            if (!external) {
                out.writeTag(TensorProto.RAW_DATA_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
                out.writeUInt64NoTag(weight.declaration().bytes());
                pump.move(weight, (at, data) -> out.write(data));
            }
            offset += externalBytes(weight);
        }
    }

    private static long externalBytes(PlannedTensor weight) {
        long bytes = weight.declaration().bytes();
        return bytes + padding(bytes);
    }

    /** Size of a tensor's message. */
    private long tensorBytes(PlannedTensor weight, long offset) {
        long bytes = weight.declaration().bytes();
        long raw = CodedOutputStream.computeTagSize(TensorProto.RAW_DATA_FIELD_NUMBER)
                + CodedOutputStream.computeUInt64SizeNoTag(bytes)
                + bytes;
        return head(weight, offset).getSerializedSize() + (external ? 0 : raw);
    }

    /** A tensor's message without its data. */
    private TensorProto head(PlannedTensor weight, long offset) {
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(weight.name())
                .setDataType(type(weight.declaration().dtype()).getNumber())
                .addAllDims(weight.declaration().shape());
        if (external) {
            tensor.setDataLocation(TensorProto.DataLocation.EXTERNAL)
                    .addExternalData(entry("location", dataName()))
                    .addExternalData(entry("offset", Long.toString(offset)))
                    .addExternalData(
                            entry("length", Long.toString(weight.declaration().bytes())));
        }
        return tensor.build();
    }

    private static TensorProto.DataType type(ElementType dtype) {
        return switch (dtype) {
            case F16 -> TensorProto.DataType.FLOAT16;
            case BF16 -> TensorProto.DataType.BFLOAT16;
            default -> TensorProto.DataType.FLOAT;
        };
    }

    /** Everything but the graph. */
    private ModelProto model() {
        ModelProto.Builder model = ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName("clipjet")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPERATORS));
        metadata.forEach((key, value) -> model.addMetadataProps(entry(key, value)));
        return model.build();
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }
}
