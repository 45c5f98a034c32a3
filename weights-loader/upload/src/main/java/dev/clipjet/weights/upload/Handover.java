package dev.clipjet.weights.upload;

import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** The two buffers on their way between the thread that fills them and the thread that copies them. */
final class Handover {
    /** What the filling thread has to say. */
    sealed interface Message permits Filled, Finished, Failed {}

    /**
     * A buffer is full, or the last.
     *
     * @param buffer from position 0 to its limit
     * @param weight the last weight that has bytes in it
     */
    record Filled(ByteBuffer buffer, String weight) implements Message {}

    /** All weights have been handed over. */
    record Finished() implements Message {}

    /** The filling thread cannot go on. */
    record Failed(Throwable cause) implements Message {}

    private final BlockingQueue<ByteBuffer> free = new LinkedBlockingQueue<>();
    private final BlockingQueue<Message> messages = new LinkedBlockingQueue<>();
    private volatile boolean stopped;

    /** A buffer that may be overwritten. */
    void free(ByteBuffer buffer) {
        free.add(buffer);
    }

    ByteBuffer takeFree() throws InterruptedException {
        return free.take();
    }

    void send(Message message) {
        messages.add(message);
    }

    Message receive() throws InterruptedException {
        return messages.take();
    }

    /** Makes the filling thread end soon. */
    void stop() {
        stopped = true;
    }

    boolean isStopped() {
        return stopped;
    }
}
