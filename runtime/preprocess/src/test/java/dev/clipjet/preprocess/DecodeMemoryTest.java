package dev.clipjet.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DecodeMemoryTest {
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    private static void awaitWaiting(Thread thread) throws InterruptedException {
        while (thread.getState() != Thread.State.WAITING) {
            Thread.sleep(1);
        }
    }

    /** A thread that takes memory, notes its name and waits for a latch. */
    private static Thread taker(DecodeMemory memory, long bytes, String name, List<String> order, CountDownLatch done) {
        Thread thread = new Thread(() -> {
            try (DecodeMemory.Share share = memory.share()) {
                share.take(bytes, name);
                order.add(name);
                done.await();
            } catch (InterruptedException e) {
                order.add(name + " interrupted");
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    @Test
    void an_image_waits_for_room_and_the_order_is_that_of_asking() throws InterruptedException {
        DecodeMemory memory = new DecodeMemory(100);
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch rest = new CountDownLatch(0);
        Thread a = taker(memory, 60, "a", order, first);
        awaitWaiting(a);
        Thread large = taker(memory, 90, "large", order, rest);
        awaitWaiting(large);
        // There would be room for this one, but a large image must not wait for ever behind small ones.
        Thread small = taker(memory, 20, "small", order, rest);
        awaitWaiting(small);
        assertThat(order).containsExactly("a");
        first.countDown();
        large.join();
        small.join();
        assertThat(order).containsExactly("a", "large", "small");
    }

    @Test
    void an_image_that_is_larger_than_all_memory_is_decoded_alone() {
        try (DecodeMemory.Share share = new DecodeMemory(100).share()) {
            share.take(1000, "large");
            share.take(1000, "large");
        }
    }

    @Test
    void images_that_all_wait_for_more_go_on_one_after_the_other() throws Exception {
        DecodeMemory memory = new DecodeMemory(100);
        CountDownLatch allHold = new CountDownLatch(3);
        List<Future<?>> results = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            results.add(threads.submit((Callable<Void>) () -> {
                try (DecodeMemory.Share share = memory.share()) {
                    share.take(30, "image");
                    allHold.countDown();
                    allHold.await();
                    share.take(80, "image");
                }
                return null;
            }));
        }
        for (Future<?> result : results) {
            result.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void files_that_wait_to_be_decoded_leave_room() throws InterruptedException {
        DecodeMemory memory = new DecodeMemory(100);
        try (DecodeMemory.Share first = memory.share();
                DecodeMemory.Share second = memory.share()) {
            first.takeForFile(15, "first");
            second.takeForFile(10, "second");
            List<String> order = Collections.synchronizedList(new ArrayList<>());
            Thread third = new Thread(() -> {
                try (DecodeMemory.Share share = memory.share()) {
                    share.takeForFile(10, "third");
                    order.add("third");
                }
            });
            third.start();
            awaitWaiting(third);
            first.take(70, "first");
            assertThat(order).isEmpty();
            first.close();
            third.join();
            assertThat(order).containsExactly("third");
        }
    }

    @Test
    void a_thread_that_is_interrupted_leaves_the_queue_and_keeps_its_mark() throws Exception {
        DecodeMemory memory = new DecodeMemory(100);
        DecodeMemory.Share holder = memory.share();
        holder.take(80, "holder");
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        Thread waiting = new Thread(() -> {
            try (DecodeMemory.Share share = memory.share()) {
                assertThatThrownBy(() -> share.take(50, "photo.jpg"))
                        .isInstanceOf(DecodeInterruptedException.class)
                        .hasMessageContaining("photo.jpg");
                seen.add("mark " + Thread.currentThread().isInterrupted());
            }
        });
        waiting.start();
        awaitWaiting(waiting);
        waiting.interrupt();
        waiting.join();
        assertThat(seen).containsExactly("mark true");
        try (DecodeMemory.Share other = memory.share()) {
            other.take(20, "other");
        }
        holder.close();
        try (DecodeMemory.Share all = memory.share()) {
            all.take(100, "all");
        }
    }

    @Test
    void many_threads_with_any_needs_all_come_to_an_end_within_the_bound() throws Exception {
        DecodeMemory memory = new DecodeMemory(1000);
        AtomicLong used = new AtomicLong();
        AtomicLong most = new AtomicLong();
        List<Future<?>> results = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            Random random = new Random(i);
            results.add(threads.submit(() -> {
                for (int round = 0; round < 500; round++) {
                    long taken = 0;
                    try (DecodeMemory.Share share = memory.share()) {
                        for (int step = random.nextInt(4); step >= 0; step--) {
                            long bytes = 1 + random.nextInt(random.nextBoolean() ? 50 : 900);
                            if (taken == 0 && random.nextBoolean()) {
                                share.takeForFile(bytes, "image");
                            } else {
                                share.take(bytes, "image");
                            }
                            taken += bytes;
                            most.accumulateAndGet(used.addAndGet(bytes), Math::max);
                        }
                        used.addAndGet(-taken);
                    }
                }
            }));
        }
        for (Future<?> result : results) {
            result.get(50, TimeUnit.SECONDS);
        }
        assertThat(used.get()).isZero();
        try (DecodeMemory.Share all = memory.share()) {
            all.take(1000, "all");
        }
        assertThat(most.get()).isBetween(901L, 1000L + 4 * 900);
    }
}
