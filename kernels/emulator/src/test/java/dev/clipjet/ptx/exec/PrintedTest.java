package dev.clipjet.ptx.exec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PrintedTest {
    private static final int MOST = 1 << 20;

    @Test
    void blocksFollowEachOtherInWhateverOrderTheyPrint() {
        Printed printed = new Printed();
        printed.add(2, "c");
        printed.add(0, "a");
        printed.add(2, "d");
        printed.add(1, "b");
        assertThat(printed.text()).isEqualTo("abcd");
    }

    @Test
    void whatIsCutDoesNotDependOnTheOrder() {
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            Printed printed = new Printed();
            TreeMap<Integer, StringBuilder> blocks = new TreeMap<>();
            for (int i = 0; i < 60; i++) {
                int block = random.nextInt(20);
                String text = String.valueOf((char) ('a' + block)).repeat(random.nextInt(MOST / 8));
                printed.add(block, text);
                blocks.computeIfAbsent(block, key -> new StringBuilder()).append(text);
            }
            String all = String.join("", blocks.values());
            assertThat(all).hasSizeGreaterThan(MOST);
            assertThat(printed.text().equals(all.substring(0, MOST) + "... and more\n"))
                    .as("seed %d", seed)
                    .isTrue();
        }
    }
}
