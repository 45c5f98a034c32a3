package dev.clipjet.device;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The arguments of a launch, laid out as the entry's {@code .param} space: each at the next multiple of its alignment,
 * little-endian, in native memory. Built once and reused for any number of launches; values can be replaced between them.
 */
public final class KernelArguments {
    /** The limit of the {@code .param} space of an entry. */
    public static final int MAX_BYTES = 4096;

    private final ByteBuffer bytes = ByteBuffer.allocateDirect(MAX_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private int[] offsets = new int[16];
    private int[] sizes = new int[16];
    private int count;
    private int end;

    /** Appends a 32-bit integer. */
    public KernelArguments addInt(int value) {
        bytes.putInt(append(4, 4), value);
        return this;
    }

    /** Appends a 64-bit integer or an address. */
    public KernelArguments addLong(long value) {
        bytes.putLong(append(8, 8), value);
        return this;
    }

    /** Appends a float. */
    public KernelArguments addFloat(float value) {
        bytes.putFloat(append(4, 4), value);
        return this;
    }

    /** Appends a structure passed by value. */
    public KernelArguments addBytes(byte[] value, int alignment) {
        bytes.put(append(value.length, alignment), value);
        return this;
    }

    /** Replaces the 32-bit argument {@code index}. */
    public void setInt(int index, int value) {
        bytes.putInt(place(index, 4), value);
    }

    /** Replaces the 64-bit argument {@code index}. */
    public void setLong(int index, long value) {
        bytes.putLong(place(index, 8), value);
    }

    /** Number of arguments. */
    public int count() {
        return count;
    }

    /** Offset of an argument, in bytes. */
    public int offset(int index) {
        return offsets[checked(index)];
    }

    /** Size of an argument, in bytes. */
    public int size(int index) {
        return sizes[checked(index)];
    }

    /** Size of all, in bytes. */
    public int bytes() {
        return end;
    }

    /** The bytes, a view from 0 to {@link #bytes}, direct. */
    public ByteBuffer buffer() {
        return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).limit(end);
    }

    private int append(int size, int alignment) {
        if (Integer.bitCount(alignment) != 1) {
            throw new IllegalArgumentException("alignment " + alignment + " is no power of two");
        }
        int offset = (end + alignment - 1) & -alignment;
        if (offset + size > MAX_BYTES) {
            throw new IllegalArgumentException("arguments of more than " + MAX_BYTES + " bytes");
        }
        if (count == offsets.length) {
            offsets = Arrays.copyOf(offsets, 2 * count);
            sizes = Arrays.copyOf(sizes, 2 * count);
        }
        offsets[count] = offset;
        sizes[count++] = size;
        end = offset + size;
        return offset;
    }

    private int place(int index, int size) {
        if (sizes[checked(index)] != size) {
            throw new IllegalArgumentException(
                    "argument " + index + " has " + sizes[index] + " bytes, the new value " + size);
        }
        return offsets[index];
    }

    private int checked(int index) {
        if (index < 0 || index >= count) {
            throw new IndexOutOfBoundsException("argument " + index + " of " + count);
        }
        return index;
    }
}
