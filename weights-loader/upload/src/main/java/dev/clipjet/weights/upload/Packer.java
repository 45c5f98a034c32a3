package dev.clipjet.weights.upload;

import dev.clipjet.error.InvalidInputException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/** Fills buffers with the weights as they will lie in the block, on a thread of its own. */
final class Packer implements Runnable {
    /** Elements read and converted at a time: both forms stay in the first cache levels. */
    private static final int BLOCK = 8192;

    private final ArenaPlan plan;
    private final Handover handover;
    private final BufferWriter writer;
    private final Map<String, Long> overflows = new LinkedHashMap<>();
    private final HalfConversions halves;
    private final byte[] raw = new byte[BLOCK * Float.BYTES];
    private final byte[] converted = new byte[BLOCK * Float.BYTES];
    private byte[] band = new byte[0];
    private byte[] packed = new byte[0];

    Packer(ArenaPlan plan, Handover handover) {
        this.plan = plan;
        this.handover = handover;
        this.writer = new BufferWriter(handover);
        this.halves = Conversions.forBytes(plan.convertedBytes());
    }

    /** Read by others once the thread has ended. */
    Map<String, Long> overflows() {
        return overflows;
    }

    @Override
    public void run() {
        try {
            pack();
            handover.send(new Handover.Finished());
        } catch (Throwable e) {
            handover.send(new Handover.Failed(e));
        }
    }

    private void pack() throws InterruptedException {
        String last = "";
        for (int i = 0; i < plan.requests().size(); i++) {
            UploadRequest request = plan.requests().get(i);
            writer.padTo(plan.offsets().get(i), last);
            last = request.name();
            long lost = request.layout().isPlain(request.source().columns()) ? plain(request) : banded(request);
            if (lost > 0) {
                overflows.put(request.name(), lost);
            }
        }
        writer.padTo(plan.bytes(), last);
        writer.flush(last);
    }

    private long plain(UploadRequest request) throws InterruptedException {
        RowSource source = request.source();
        boolean same = source.dtype() == request.target();
        BlockConversion conversion = Conversions.between(source.dtype(), request.target(), halves);
        int width = request.target().bytes();
        long overflows = 0;
        for (long done = 0; done < source.elements(); ) {
            checkGoesOn();
            int here = (int) Math.min(BLOCK, source.elements() - done);
            ByteBuffer target = writer.room();
            if (same && target.remaining() >= width) {
                here = (int) Math.min(target.remaining() / width, source.elements() - done);
                source.read(done, here, target);
                writer.advanced(here * width, request.name());
            } else {
                source.read(done, here, raw, 0);
                overflows += conversion.convert(raw, 0, converted, 0, here);
                writer.put(converted, here * width, request.name());
            }
            done += here;
        }
        return overflows;
    }

    private long banded(UploadRequest request) throws InterruptedException {
        RowSource source = request.source();
        WeightLayout layout = request.layout();
        int width = request.target().bytes();
        int columns = source.columns();
        int bandRows = Math.min(layout.bandRows(), source.rows());
        band = grown(band, (long) bandRows * columns * width, request);
        int packedBytes = grownLength(layout.bandBytes(columns, width), request);
        packed = grown(packed, packedBytes, request);
        BlockConversion conversion = Conversions.between(source.dtype(), request.target(), halves);
        long overflows = 0;
        for (int row = 0; row < source.rows(); row += layout.bandRows()) {
            int rows = Math.min(layout.bandRows(), source.rows() - row);
            long first = (long) row * columns;
            if (source.dtype() == request.target()) {
                checkGoesOn();
                source.read(first, rows * columns, band, 0);
            } else {
                overflows += readBand(source, first, rows * columns, conversion, width);
            }
            layout.pack(band, rows, columns, width, packed);
            writer.put(packed, packedBytes, request.name());
        }
        return overflows;
    }

    private long readBand(RowSource source, long first, int count, BlockConversion conversion, int width) {
        long overflows = 0;
        for (int done = 0; done < count; done += BLOCK) {
            checkGoesOn();
            int here = Math.min(BLOCK, count - done);
            source.read(first + done, here, raw, 0);
            overflows += conversion.convert(raw, 0, band, done * width, here);
        }
        return overflows;
    }

    private static byte[] grown(byte[] array, long bytes, UploadRequest request) {
        int length = grownLength(bytes, request);
        return array.length >= length ? array : new byte[length];
    }

    private static int grownLength(long bytes, UploadRequest request) {
        if (bytes < 1 || bytes > Integer.MAX_VALUE - 8) {
            throw new InvalidInputException("weight \"" + request.name() + "\": a band of " + bytes + " bytes");
        }
        return (int) bytes;
    }

    private void checkGoesOn() {
        if (handover.isStopped()) {
            throw new UploadCancelledException("the upload was stopped");
        }
    }
}
