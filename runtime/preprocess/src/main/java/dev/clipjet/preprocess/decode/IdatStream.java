package dev.clipjet.preprocess.decode;

import java.util.ArrayList;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** The deflate stream that a PNG's IDAT chunks hold together. */
final class IdatStream implements AutoCloseable {

    private record Piece(int offset, int length) {}

    private final ImageBytes in;
    private final List<Piece> pieces = new ArrayList<>();
    private final Inflater inflater = new Inflater();
    private int next;
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

    /** Fills {@code out} as far as the stream reaches and returns the number of bytes. */
    int read(byte[] out) {
        int done = 0;
        try {
            while (done < out.length) {
                int n = inflater.inflate(out, done, out.length - done);
                done += n;
                if (n == 0) {
                    if (inflater.needsDictionary()) {
                        throw in.malformed("the pixel data asks for a preset dictionary");
                    }
                    if (inflater.finished() || next == pieces.size()) {
                        return done;
                    }
                    Piece piece = pieces.get(next++);
                    inflater.setInput(in.data(), piece.offset, piece.length);
                }
            }
            return done;
        } catch (DataFormatException e) {
            throw in.malformed("the pixel data is not a deflate stream: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        inflater.end();
    }
}
