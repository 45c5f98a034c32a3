package dev.clipjet.ptx.tensor;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** An operand of a matrix product, unpacked to doubles, row by row, with what is known of all its elements. */
public class TileOperand {
    private static final int UNIT = 16;
    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final double[] values;
    private Element element = Element.F16;
    private int largest;
    private int least;

    /** An operand of at most so many elements. */
    public TileOperand(int size) {
        values = new double[size];
    }

    /** The elements. The array stays the same one. */
    public final double[] values() {
        return values;
    }

    /** Begins anew, with elements of a type. */
    public final void begin(Element type) {
        element = type;
        largest = 0;
        least = Integer.MAX_VALUE;
    }

    /** The type of the elements. */
    public final Element element() {
        return element;
    }

    /** Sets an element from its bits, negated if so wanted. */
    public final void put(int at, int bits, boolean negated) {
        int magnitude = element.magnitude(bits);
        note(magnitude, magnitude - 1 & Integer.MAX_VALUE);
        float value = element.value(bits);
        values[at] = negated ? -value : value;
    }

    /**
     * Sets the elements that 16 bytes hold.
     *
     * @param from the bytes
     * @param offset of the first of them
     * @param to where the first element goes
     * @param step between elements
     * @param negated whether to negate them
     */
    public final void put(byte[] from, int offset, int to, int step, boolean negated) {
        int at = to;
        for (int i = 0; i < UNIT; i += Integer.BYTES) {
            int word = (int) WORDS.get(from, offset + i);
            if (element == Element.TF32) {
                put(at, word, negated);
                at += step;
            } else {
                put(at, word & 0xffff, negated);
                put(at + step, word >>> 16, negated);
                at += 2 * step;
            }
        }
    }

    /**
     * Notes elements that were set directly.
     *
     * @param most the largest {@link Element#magnitude} among them
     * @param fewestLessOne the least one less 1, where those that are 0 do not count
     */
    final void note(int most, int fewestLessOne) {
        largest = Math.max(largest, most);
        least = Math.min(least, fewestLessOne);
    }

    /** Whether all elements are finite. */
    final boolean finite() {
        return element.finite(largest);
    }

    /** Whether all elements are 0. */
    final boolean zero() {
        return largest == 0;
    }

    /** All elements are less than 2 to this power. */
    final int above() {
        return element.above(largest);
    }

    /** All elements are multiples of 2 to this power, unless all are 0. */
    final int unit() {
        return element.unit(least + 1);
    }
}
