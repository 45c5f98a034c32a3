package dev.clipjet.weights.torch;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.numeric.ElementType;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes the pickle of a state dict as {@code torch.save} does: an ordered dictionary of names to tensors, each a whole
 * storage in row-major order. Protocol 2.
 */
final class StateDictPickle {
    private static final int PROTO = 0x80;
    private static final int NEWFALSE = 0x89;
    private static final int LONG1 = 0x8a;
    private static final int TUPLE = 't';
    private static final int MARK = '(';
    private static final int REDUCE = 'R';
    private static final int EMPTY_TUPLE = ')';

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    StateDictPickle() {
        out.write(PROTO);
        out.write(2);
        emptyOrderedDict();
        out.write(MARK);
    }

    private void emptyOrderedDict() {
        global("collections", "OrderedDict");
        out.write(EMPTY_TUPLE);
        out.write(REDUCE);
    }

    /**
     * Adds a tensor.
     *
     * @param storage key of its storage
     * @throws InvalidInputException for element types that torch has no storage class for
     */
    void tensor(String name, ElementType dtype, List<Long> shape, String storage) {
        long elements = shape.stream().reduce(1L, Math::multiplyExact);
        string(name);
        global("torch._utils", "_rebuild_tensor_v2");
        out.write(MARK);
        out.write(MARK);
        string("storage");
        global("torch", AllowedGlobals.storageClass(dtype));
        string(storage);
        string("cpu");
        integer(elements);
        out.write(TUPLE);
        out.write('Q'); // BINPERSID
        integer(0); // offset
        out.write(MARK);
        shape.forEach(this::integer);
        out.write(TUPLE);
        strides(shape);
        out.write(NEWFALSE); // requires_grad
        emptyOrderedDict(); // hooks
        out.write(TUPLE);
        out.write(REDUCE);
    }

    private void strides(List<Long> shape) {
        out.write(MARK);
        for (int i = 0; i < shape.size(); i++) {
            integer(shape.stream().skip(i + 1L).reduce(1L, Math::multiplyExact));
        }
        out.write(TUPLE);
    }

    /** The finished pickle. */
    byte[] finish() {
        out.write('u'); // SETITEMS
        out.write('.'); // STOP
        return out.toByteArray();
    }

    private void global(String module, String name) {
        out.write('c');
        out.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    private void string(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.write('X');
        little(Integer.BYTES, bytes.length);
        out.writeBytes(bytes);
    }

    private void integer(long value) {
        if (value == (int) value) {
            out.write('J');
            little(Integer.BYTES, value);
        } else {
            out.write(LONG1);
            out.write(Long.BYTES);
            little(Long.BYTES, value);
        }
    }

    private void little(int bytes, long value) {
        ByteBuffer buffer = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(value);
        out.write(buffer.array(), 0, bytes);
    }
}
