package dev.clipjet.convert;

import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.CanonicalTensor;
import dev.clipjet.weights.StoredTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A tensor of a checkpoint. Stored tensors of one type keep it; where queries, keys and values differ in type, all are
 * read as F32, which holds the values of each.
 */
final class CheckpointContent implements TensorContent {
    private final List<StoredTensor> segments;
    private final ElementType dtype;
    private final int rows;

    CheckpointContent(CanonicalTensor tensor) {
        segments = tensor.segments();
        rows = tensor.rows();
        ElementType first = segments.get(0).dtype();
        dtype = segments.stream().allMatch(segment -> segment.dtype() == first) ? first : ElementType.F32;
    }

    @Override
    public ElementType dtype() {
        return dtype;
    }

    @Override
    public long elements() {
        return segments.stream().mapToLong(StoredTensor::elements).sum();
    }

    @Override
    public long rows() {
        return rows;
    }

    @Override
    public List<String> origins() {
        return segments.stream().map(StoredTensor::name).toList();
    }

    @Override
    public void read(long first, int count, ByteBuffer target) {
        long skip = first;
        int left = count;
        for (StoredTensor segment : segments) {
            long elements = segment.elements();
            if (skip >= elements) {
                skip -= elements;
                continue;
            }
            int here = (int) Math.min(left, elements - skip);
            copy(segment, skip, here, target);
            left -= here;
            skip = 0;
            if (left == 0) {
                return;
            }
        }
        throw new IndexOutOfBoundsException(first + " + " + count + " of " + elements() + " elements");
    }

    private void copy(StoredTensor segment, long first, int count, ByteBuffer target) {
        if (segment.dtype() == dtype) {
            segment.read(first, count, target);
            return;
        }
        segment.readFloats(
                first,
                count,
                target.order(ByteOrder.LITTLE_ENDIAN)
                        .slice()
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .asFloatBuffer());
        target.position(target.position() + count * Float.BYTES);
    }
}
