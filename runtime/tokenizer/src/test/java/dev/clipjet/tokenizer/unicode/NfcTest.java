package dev.clipjet.tokenizer.unicode;

import static org.assertj.core.api.Assertions.assertThat;

import java.text.Normalizer;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The JDK's normalizer is the oracle, for the code points that Unicode 13 has; every later version agrees on them. */
class NfcTest {
    private static final int[] UNICODE_13 = IntStream.range(0, 0x110000)
            .filter(c -> Character.isDefined(c) && (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE))
            // Newer JDKs know more, which the tables do not.
            .filter(c -> !UnicodeSets.other().contains(c))
            .toArray();

    @Test
    void singleCodePointsAndTheirDecompositions() {
        for (int c : UNICODE_13) {
            String text = Character.toString(c);
            String decomposed = Normalizer.normalize(text, Normalizer.Form.NFD);
            assertThat(Nfc.python(text)).isEqualTo(Normalizer.normalize(text, Normalizer.Form.NFC));
            assertThat(Nfc.python(decomposed)).isEqualTo(Normalizer.normalize(decomposed, Normalizer.Form.NFC));
        }
    }

    @Test
    void randomMarks() {
        int[] marks = Arrays.stream(UNICODE_13)
                .filter(c ->
                        Character.getType(c) == Character.NON_SPACING_MARK || (c >= 0x1100 && c < 0x1200) || c < 0x180)
                .toArray();
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(12); n >= 0; n--) {
                text.appendCodePoint(marks[random.nextInt(marks.length)]);
            }
            assertThat(Nfc.python(text.toString()))
                    .isEqualTo(Normalizer.normalize(text.toString(), Normalizer.Form.NFC));
        }
    }

    @Test
    void manyMarksOnOneLetter() {
        String text = "a" + "\u0301\u0323".repeat(200_000);
        String normal = Nfc.python(text);
        assertThat(normal).startsWith("\u1EA1\u0323").endsWith("\u0301").hasSize(400_000);
    }
}
