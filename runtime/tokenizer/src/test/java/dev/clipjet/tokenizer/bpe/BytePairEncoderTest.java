package dev.clipjet.tokenizer.bpe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.tokenizer.bpe.BytePairEncoder.Order;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Merging against the textbook algorithm, with merges in arbitrary order. */
class BytePairEncoderTest {
    private record Merge(String left, String right) {}

    @Test
    void sameAsTheTextbookAlgorithm() {
        Random random = new Random(3);
        for (int round = 0; round < 300; round++) {
            List<String> tokens = new ArrayList<>(List.of("a", "b", "c", "a</w>", "b</w>", "c</w>"));
            List<Merge> merges = new ArrayList<>();
            while (merges.size() < 25) {
                String left = tokens.get(random.nextInt(tokens.size()));
                String right = tokens.get(random.nextInt(tokens.size()));
                if (!left.endsWith("</w>")) {
                    // In front of some, so that a new pair may have a lower rank than the one that made it.
                    merges.add(random.nextInt(merges.size() + 1), new Merge(left, right));
                    tokens.add(left + right);
                }
            }
            Map<String, Integer> ids = new HashMap<>();
            tokens.forEach(token -> ids.putIfAbsent(token, ids.size()));
            MergeTable.Builder table = new MergeTable.Builder(merges.size());
            for (Merge merge : merges) {
                table.add(ids.get(merge.left), ids.get(merge.right), ids.get(merge.left + merge.right));
            }
            BytePairEncoder encoder = new BytePairEncoder(new Vocabulary(ids), table.build(), -1, Order.BY_PAIR);
            for (int i = 0; i < 40; i++) {
                String word = word(random);
                IdList found = new IdList();
                encoder.encode(word, 0, word.length(), found);
                int[] expected =
                        textbook(word, merges).stream().mapToInt(ids::get).toArray();
                assertThat(found.toArray()).as("%s with %s", word, merges).containsExactly(expected);
            }
        }
    }

    /** "ab a" has a lower rank than "a b", which makes it possible. */
    @ParameterizedTest
    @CsvSource({"BY_PAIR, 3 3 2", "BY_OCCURRENCE, 4 1 2"})
    void orderOfMerges(Order order, String ids) {
        Map<String, Integer> vocabulary = Map.of("a", 0, "b", 1, "c</w>", 2, "ab", 3, "aba", 4);
        MergeTable.Builder merges = new MergeTable.Builder(2);
        merges.add(3, 0, 4);
        merges.add(0, 1, 3);
        IdList found = new IdList();
        new BytePairEncoder(new Vocabulary(vocabulary), merges.build(), -1, order).encode("ababc", 0, 5, found);
        assertThat(found.toArray())
                .containsExactly(Arrays.stream(ids.split(" ", -1))
                        .mapToInt(Integer::parseInt)
                        .toArray());
    }

    private static String word(Random random) {
        StringBuilder word = new StringBuilder();
        for (int n = random.nextInt(20); n >= 0; n--) {
            word.append((char) ('a' + random.nextInt(3)));
        }
        return word.toString();
    }

    private static List<String> textbook(String word, List<Merge> merges) {
        List<String> symbols = new ArrayList<>();
        word.chars().forEach(c -> symbols.add(String.valueOf((char) c)));
        symbols.set(symbols.size() - 1, symbols.get(symbols.size() - 1) + "</w>");
        while (true) {
            int best = -1;
            for (int i = 0; i + 1 < symbols.size(); i++) {
                int rank = merges.lastIndexOf(new Merge(symbols.get(i), symbols.get(i + 1)));
                best = rank >= 0 && (best < 0 || rank < best) ? rank : best;
            }
            if (best < 0) {
                return symbols;
            }
            Merge merge = merges.get(best);
            for (int i = 0; i + 1 < symbols.size(); i++) {
                if (symbols.get(i).equals(merge.left) && symbols.get(i + 1).equals(merge.right)) {
                    symbols.set(i, merge.left + merge.right);
                    symbols.remove(i + 1);
                }
            }
        }
    }
}
