package dev.clipjet.preprocess.decode;

import dev.clipjet.error.ImageFormatException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** The deflate stream that a PNG's IDAT chunks hold together. */
final class IdatStream implements AutoCloseable {

    /** Bytes that are inflated at a time, so that short rows cost no call each. */
    static final int BUFFER = 1 << 16;

    private static final String TOO_FAR_BACK = "invalid distance too far back";

    private record Piece(int offset, int length) {}

    private final ImageBytes in;
    private final List<Piece> pieces = new ArrayList<>();
    private final Inflater inflater = new Inflater();
    private final byte[] buffer = new byte[BUFFER];
    private int from;
    private int to;
    private int next;
    private int pieceOfLastByte = -1;
    private String failure;
    private long total;

    IdatStream(ImageBytes in) {
        this.in = in;
    }

    void add(int offset, int length) {
        pieces.add(new Piece(offset, length));
        total += length;
    }

    boolean isEmpty() {
        return pieces.isEmpty();
    }

    long totalBytes() {
        return total;
    }

    /** Offset behind the piece that was read last. */
    int end() {
        Piece last = pieces.get(Math.max(next - 1, 0));
        return last.offset + last.length;
    }

    /** Fills {@code out} as far as the stream reaches and returns the number of bytes. */
    int read(byte[] out) {
        int done = 0;
        while (done < out.length) {
            if (from == to && !refill(true)) {
                return done;
            }
            int n = Math.min(to - from, out.length - done);
            System.arraycopy(buffer, from, out, done, n);
            from += n;
            done += n;
        }
        return done;
    }

    /** Whether the stream ended with the last byte that was read, which Pillow takes for the end of the picture. */
    boolean endsWithLastByte() {
        return from == to && inflater.finished() && pieceOfLastByte == next;
    }

    /**
     * Fails if the stream breaks right behind the last byte that was read: zlib sees that before it hands out the byte. But for
     * copies from before the start, which it would see when it makes them.
     */
    void checkEnd() {
        if (from == to && (failure != null || !inflater.finished())) {
            try {
                refill(false);
            } catch (ImageFormatException e) {
                if (!TOO_FAR_BACK.equals(failure)) {
                    throw e;
                }
            }
        }
    }

    /** Inflates more; false at the end of the stream or, unless it may go on to the next one, of the piece. */
    private boolean refill(boolean intoNextPiece) {
        if (failure != null) {
            throw in.malformed("the pixel data is not a deflate stream: " + failure);
        }
        from = 0;
        to = 0;
        while (to == 0) {
            long before = inflater.getBytesWritten();
            try {
                to = inflater.inflate(buffer, 0, BUFFER);
            } catch (DataFormatException e) {
                failure = e.getMessage();
                to = (int) (inflater.getBytesWritten() - before);
                if (to == 0) {
                    throw in.malformed("the pixel data is not a deflate stream: " + failure);
                }
            }
            if (to == 0) {
                if (inflater.needsDictionary()) {
                    throw in.malformed("the pixel data asks for a preset dictionary");
                }
                if (inflater.finished() || next == pieces.size() || !intoNextPiece) {
                    return false;
                }
                Piece piece = pieces.get(next++);
                inflater.setInput(in.data(), piece.offset, piece.length);
            }
        }
        pieceOfLastByte = next;
        return true;
    }

    @Override
    public void close() {
        inflater.end();
    }
}
