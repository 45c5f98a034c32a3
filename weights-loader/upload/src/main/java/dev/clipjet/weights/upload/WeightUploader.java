package dev.clipjet.weights.upload;

import dev.clipjet.device.DeviceMemory;
import dev.clipjet.device.GpuDevice;
import dev.clipjet.device.GpuEvent;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.PinnedMemory;
import dev.clipjet.error.ClosedException;
import dev.clipjet.error.InvalidInputException;
import java.util.List;
import java.util.Map;

/**
 * Uploads the weights of a model into one block of device memory. One thread reads them ahead from the files, converts and
 * packs them into one pinned buffer, while the other buffer is copied. All calls to the device are made on the thread that calls
 * {@link #upload}, and none is under way when it returns or throws.
 *
 * <p>Holds two pinned buffers and an event until it is closed. Not thread-safe but for {@link #cancel}.
 */
public final class WeightUploader implements AutoCloseable {
    /** Size of each of the two buffers unless another is asked for: large enough for the full rate of a bus. */
    public static final int BUFFER_BYTES = 4 << 20;

    private static final int BUFFERS = 2;

    private final GpuDevice device;
    private final GpuStream stream;
    private final UploadListener listener;
    private final PinnedMemory[] buffers = new PinnedMemory[BUFFERS];
    private final GpuEvent copied;
    private volatile boolean cancelled;
    private volatile Handover current;
    private boolean closed;

    /** An uploader with buffers of {@link #BUFFER_BYTES}. */
    public WeightUploader(GpuDevice device, GpuStream stream, UploadListener listener) {
        this(device, stream, listener, BUFFER_BYTES);
    }

    /**
     * An uploader.
     *
     * @param stream carries the copies; belongs to the caller, must outlive this and not be under capture
     * @param bufferBytes size of each of the two pinned buffers, at least 256
     */
    public WeightUploader(GpuDevice device, GpuStream stream, UploadListener listener, int bufferBytes) {
        if (bufferBytes < ArenaPlan.ALIGNMENT) {
            throw new InvalidInputException("buffers of " + bufferBytes + " bytes, at least " + ArenaPlan.ALIGNMENT);
        }
        this.device = device;
        this.stream = stream;
        this.listener = listener;
        boolean complete = false;
        try {
            for (int i = 0; i < BUFFERS; i++) {
                buffers[i] = device.allocatePinned(bufferBytes);
            }
            copied = device.createEvent(false);
            complete = true;
        } finally {
            if (!complete) {
                freeBuffers();
            }
        }
    }

    /**
     * Uploads weights, in the order given. When this returns they are in place for work on any stream.
     *
     * @return owns the device memory
     * @throws InvalidInputException if there are no requests, two of one name, or one that cannot be packed
     * @throws UploadCancelledException after {@link #cancel} or an interrupt, whose mark stays on the thread
     * @throws dev.clipjet.device.DeviceException if the device fails; nothing is left allocated then
     */
    public UploadedWeights upload(List<UploadRequest> requests) {
        if (closed) {
            throw new ClosedException("weight uploader");
        }
        ArenaPlan plan = ArenaPlan.of(requests);
        checkNotCancelled();
        DeviceMemory memory = device.allocate(plan.bytes());
        boolean complete = false;
        try {
            Map<String, Long> overflows = fill(memory, plan);
            for (UploadRequest request : plan.requests()) {
                Long count = overflows.get(request.name());
                if (count != null) {
                    listener.overflow(request.name(), request.target(), count);
                }
            }
            UploadedWeights result = new UploadedWeights(memory, plan.at(memory.address()), overflows);
            complete = true;
            return result;
        } finally {
            if (!complete) {
                memory.close();
            }
        }
    }

    private Map<String, Long> fill(DeviceMemory memory, ArenaPlan plan) {
        Handover handover = new Handover();
        for (PinnedMemory buffer : buffers) {
            handover.free(buffer.buffer());
        }
        Packer packer = new Packer(plan, handover);
        Thread thread = new Thread(packer, "clipjet-weights");
        thread.setDaemon(true);
        current = handover;
        boolean quiet = false;
        try {
            thread.start();
            copyAll(handover, memory.address(), plan.bytes());
            quiet = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UploadCancelledException("the upload was interrupted");
        } finally {
            current = null;
            handover.stop();
            thread.interrupt();
            join(thread);
            if (!quiet) {
                awaitCopies();
            }
        }
        return packer.overflows();
    }

    private void copyAll(Handover handover, long address, long total) throws InterruptedException {
        long done = 0;
        while (true) {
            Handover.Message message = handover.receive();
            checkNotCancelled();
            if (message instanceof Handover.Failed failed) {
                throw rethrown(failed.cause());
            }
            if (!(message instanceof Handover.Filled filled)) {
                return;
            }
            int bytes = filled.buffer().remaining();
            stream.copyToDevice(address + done, filled.buffer());
            stream.record(copied);
            copied.synchronize();
            handover.free(filled.buffer());
            done += bytes;
            listener.progress(filled.weight(), done, total);
        }
    }

    private static RuntimeException rethrown(Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof RuntimeException known ? known : new IllegalStateException(cause);
    }

    /** A copy may still read a buffer. What fails here has failed before, and that error is on its way. */
    @SuppressWarnings("EmptyCatch")
    private void awaitCopies() {
        try {
            stream.synchronize();
        } catch (RuntimeException alreadyKnown) {
        }
    }

    /** The thread writes to the buffers, so nothing is freed before it has ended; it looks for a stop with every block. */
    private static void join(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void checkNotCancelled() {
        if (cancelled) {
            throw new UploadCancelledException("the upload was cancelled");
        }
    }

    /** Ends the upload that is under way, soon, and every later one. From any thread. */
    public void cancel() {
        cancelled = true;
        Handover running = current;
        if (running != null) {
            running.stop();
        }
    }

    private void freeBuffers() {
        for (PinnedMemory buffer : buffers) {
            if (buffer != null) {
                buffer.close();
            }
        }
    }

    /** Frees the buffers; what was uploaded stays. Closing again has no effect. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            copied.close();
            freeBuffers();
        }
    }
}
