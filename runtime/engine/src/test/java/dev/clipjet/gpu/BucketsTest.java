package dev.clipjet.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BucketsTest {
    @Test
    void sizes_rise_by_at_most_half() {
        assertThat(Buckets.size(0)).isEqualTo(1);
        for (int index = 1; index < Buckets.COUNT; index++) {
            int size = Buckets.size(index);
            int smaller = Buckets.size(index - 1);
            assertThat(size).isGreaterThan(smaller);
            assertThat(2L * size).as("after %d", smaller).isLessThanOrEqualTo(index == 1 ? 4L : 3L * smaller);
        }
    }

    @Test
    void a_bucket_is_the_smallest_that_holds_the_count() {
        for (int count = 1; count <= 5_000; count++) {
            int index = Buckets.index(count);
            assertThat(Buckets.size(index)).isGreaterThanOrEqualTo(count).isEqualTo(Buckets.holding(count));
            if (index > 0) {
                assertThat(Buckets.size(index - 1)).isLessThan(count);
            }
            assertThat(Buckets.within(count)).isLessThanOrEqualTo(count);
            assertThat(Buckets.holding(Buckets.within(count))).isEqualTo(Buckets.within(count));
            assertThat(3L * Buckets.within(count)).isGreaterThan(2L * count - 2);
        }
    }
}
