package dev.clipjet.preprocess;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Memory that the images of a model share while they are decoded, in parallel from however many threads. An image for which
 * there is no room waits until others are done, in the order of asking; those that have been begun come before new ones, as
 * only they give memory back. Thread-safe.
 *
 * <p>Nothing waits for ever: where all images that hold memory wait for more, the one that was begun first gets it, and goes
 * first until it is done. So what is handed out exceeds the limit by one image at most. That seldom happens: most images ask
 * once, and their files, which are read before it is known what decoding takes, get a quarter of the memory.
 */
public final class DecodeMemory {
    private static final int FILES_PART = 4;

    private final long limit;
    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<Request> begun =
            new PriorityQueue<>(Comparator.comparingLong(request -> request.share().number));
    private final Queue<Request> fresh = new ArrayDeque<>();
    private long used;
    private long usedByFiles;
    private long images;

    /** Images that hold memory and do not wait for more. */
    private int working;

    private record Request(Share share, long bytes, boolean isFile, Condition granted) {}

    /** @param limit in bytes */
    public DecodeMemory(long limit) {
        this.limit = limit;
    }

    /** Opens the account of one image, which is used by one thread and closed when nothing of the image is needed any more. */
    public Share share() {
        return new Share(this);
    }

    private void take(Share share, long bytes, boolean isFile, String image) {
        lock.lock();
        boolean interrupted = false;
        try {
            Request request = new Request(share, bytes, isFile, lock.newCondition());
            boolean isBegun = share.held > 0;
            Queue<Request> queue = isBegun ? begun : fresh;
            queue.add(request);
            working -= isBegun ? 1 : 0;
            long before = share.held;
            admit();
            while (share.held == before) {
                try {
                    request.granted().await();
                } catch (InterruptedException e) {
                    interrupted = true;
                    if (share.held == before) {
                        queue.remove(request);
                        working += isBegun ? 1 : 0;
                        admit();
                        throw new DecodeInterruptedException(image);
                    }
                }
            }
        } finally {
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Serves whom there is room for. */
    private void admit() {
        boolean served = true;
        while (served) {
            Request first = begun.peek();
            if (first != null) {
                served = hasRoom(first) || working == 0;
                if (served) {
                    grant(begun.remove());
                }
                continue;
            }
            first = fresh.peek();
            served = first != null && (used == 0 || hasRoom(first));
            if (served) {
                grant(fresh.remove());
            }
        }
    }

    private boolean hasRoom(Request request) {
        boolean fits = request.bytes() <= limit - used;
        return fits && (!request.isFile() || request.bytes() <= limit / FILES_PART - usedByFiles || usedByFiles == 0);
    }

    private void grant(Request request) {
        if (request.share().held == 0) {
            request.share().number = images++;
        }
        used += request.bytes();
        request.share().held += request.bytes();
        if (request.isFile()) {
            usedByFiles += request.bytes();
            request.share().heldByFile += request.bytes();
        }
        working++;
        request.granted().signal();
    }

    private void giveBack(Share share) {
        lock.lock();
        try {
            if (share.held > 0) {
                used -= share.held;
                usedByFiles -= share.heldByFile;
                working--;
                share.held = 0;
                share.heldByFile = 0;
                admit();
            }
        } finally {
            lock.unlock();
        }
    }

    /** What one image holds. */
    public static final class Share implements AutoCloseable {
        /** For an image that shares its memory with none. */
        static final Share ALONE = new Share(null);

        private final DecodeMemory memory;

        // Guarded by the lock of the memory.
        private long held;
        private long heldByFile;
        private long number;

        private Share(DecodeMemory memory) {
            this.memory = memory;
        }

        /**
         * Waits until there is room for so many bytes more.
         *
         * @param image for errors
         * @throws DecodeInterruptedException if the thread is interrupted meanwhile; its mark stays
         */
        public void take(long bytes, String image) {
            if (memory != null && bytes > 0) {
                memory.take(this, bytes, false, image);
            }
        }

        /** The same for an encoded image that is read from a file. */
        void takeForFile(long bytes, String image) {
            if (memory != null && bytes > 0) {
                memory.take(this, bytes, true, image);
            }
        }

        /** Gives back what the image holds. */
        @Override
        public void close() {
            if (memory != null) {
                memory.giveBack(this);
            }
        }
    }
}
