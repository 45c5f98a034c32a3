package dev.clipjet.onnx;

import dev.clipjet.convert.TensorContent;
import dev.clipjet.graph.TensorSource;
import dev.clipjet.model.CanonicalName;
import dev.clipjet.weights.FloatConversion;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;

/**
 * The canonical tensors of a conversion for those who evaluate weight expressions.
 */
record ContentTensors(Map<CanonicalName, TensorContent> contents) implements TensorSource {
    @Override
    public FloatTensor tensor(CanonicalName name) {
        TensorContent content = contents.get(name);
        return new FloatTensor() {
            @Override
            public int rows() {
                return Math.toIntExact(content.rows());
            }

            @Override
            public int columns() {
                return Math.toIntExact(content.elements() / content.rows());
            }

            @Override
            public void read(long element, int count, float[] target, int offset) {
                ByteBuffer bytes =
                        ByteBuffer.allocate(count * content.dtype().bytes()).order(ByteOrder.LITTLE_ENDIAN);
                content.read(element, count, bytes);
                FloatConversion.toFloat(content.dtype(), bytes.flip(), FloatBuffer.wrap(target, offset, count));
            }
        };
    }
}
