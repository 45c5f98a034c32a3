package dev.clipjet.weights.upload;

import java.nio.ByteBuffer;

/** The bytes of the block, one after the other, into whatever buffer is free. Used by the filling thread. */
final class BufferWriter {
    private static final byte[] ZEROS = new byte[ArenaPlan.ALIGNMENT];

    private final Handover handover;
    private ByteBuffer current;
    private long written;

    BufferWriter(Handover handover) {
        this.handover = handover;
    }

    /** A buffer with room; what is written to it moves its position, and {@link #advanced} follows. */
    ByteBuffer room() throws InterruptedException {
        if (current == null) {
            current = handover.takeFree();
            current.clear();
        }
        return current;
    }

    /** So many bytes have been put into {@link #room}; hands it over if it is full. */
    void advanced(int bytes, String weight) {
        written += bytes;
        if (!current.hasRemaining()) {
            flush(weight);
        }
    }

    void put(byte[] bytes, int length, String weight) throws InterruptedException {
        for (int done = 0; done < length; ) {
            ByteBuffer target = room();
            int here = Math.min(length - done, target.remaining());
            target.put(bytes, done, here);
            done += here;
            advanced(here, weight);
        }
    }

    /** Zeros up to an offset in the block. */
    void padTo(long offset, String weight) throws InterruptedException {
        put(ZEROS, Math.toIntExact(offset - written), weight);
    }

    /** Hands over what is there. */
    void flush(String weight) {
        if (current != null) {
            handover.send(new Handover.Filled(current.flip(), weight));
            current = null;
        }
    }
}
