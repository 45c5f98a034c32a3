package dev.clipjet.engine;

import dev.clipjet.graph.TensorSource;
import dev.clipjet.model.CanonicalName;
import dev.clipjet.weights.CanonicalTensor;
import dev.clipjet.weights.CanonicalTensors;
import java.nio.FloatBuffer;

/** A model's canonical tensors for those who evaluate weight expressions, read where they are stored. */
public final class StoredTensorSource implements TensorSource {
    private final CanonicalTensors model;

    /** @param model must stay open while this is used */
    public StoredTensorSource(CanonicalTensors model) {
        this.model = model;
    }

    @Override
    public FloatTensor tensor(CanonicalName name) {
        return new Segments(model.tensor(name));
    }

    /** The segments of a tensor, one after the other. */
    private static final class Segments implements FloatTensor {
        private final CanonicalTensor tensor;
        private final long[] ends;

        Segments(CanonicalTensor tensor) {
            this.tensor = tensor;
            ends = new long[tensor.segments().size()];
            long end = 0;
            for (int i = 0; i < ends.length; i++) {
                end += tensor.segments().get(i).elements();
                ends[i] = end;
            }
        }

        @Override
        public int rows() {
            return tensor.rows();
        }

        @Override
        public int columns() {
            return tensor.columns();
        }

        @Override
        public void read(long element, int count, float[] target, int offset) {
            int part = 0;
            while (element >= ends[part]) {
                part++;
            }
            long from = element;
            int done = 0;
            while (done < count) {
                long start = part == 0 ? 0 : ends[part - 1];
                int here = (int) Math.min(count - done, ends[part] - from);
                FloatBuffer piece = FloatBuffer.wrap(target, offset + done, here);
                tensor.segments().get(part).readFloats(from - start, here, piece);
                done += here;
                from += here;
                part++;
            }
        }
    }
}
