package dev.clipjet.tokenizer.load;

import dev.clipjet.tokenizer.bpe.ByteSymbols;
import dev.clipjet.tokenizer.bpe.MergeTable;
import dev.clipjet.tokenizer.bpe.Vocabulary;
import dev.clipjet.tokenizer.clean.Normalizer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.zip.GZIPInputStream;

/**
 * The vocabulary of OpenAI's models, from the merge table that ships: 256 bytes, 256 bytes at the end of a word, 48,894
 * merged tokens, start and end of text: 49,408 ids.
 */
public final class BuiltInModel {
    private static final String RESOURCE = "bpe-merges.txt.gz";
    private static final int MERGES = 48_894;
    private static final int CONTEXT = 77;

    private BuiltInModel() {}

    /** The model, read once. */
    public static TokenizerModel get() {
        return Holder.MODEL;
    }

    private static final class Holder {
        static final TokenizerModel MODEL = read();
    }

    private static TokenizerModel read() {
        Map<String, Integer> ids = new HashMap<>(1 << 17);
        addBytes(ids, "");
        addBytes(ids, Vocabulary.WORD_END);
        MergeTable.Builder merges = new MergeTable.Builder(MERGES);
        for (String line : mergeLines()) {
            int space = line.indexOf(' ');
            String left = line.substring(0, space);
            String right = line.substring(space + 1);
            int result = ids.size();
            merges.add(ids.get(left), ids.get(right), result);
            ids.put(left.concat(right), result);
        }
        int start = ids.size();
        int end = start + 1;
        ids.put(SpecialTokens.START, start);
        ids.put(SpecialTokens.END, end);
        List<AddedToken> added = List.of(
                new AddedToken(SpecialTokens.START, start, true, true),
                new AddedToken(SpecialTokens.END, end, true, true));
        return new TokenizerModel(
                new Vocabulary(ids),
                merges.build(),
                start,
                end,
                end,
                end,
                added,
                Normalizer.CLIP,
                false,
                OptionalInt.of(CONTEXT));
    }

    /** The merges in the order of their ranks: two tokens with a space between them. */
    public static List<String> mergeLines() {
        try (InputStream in = BuiltInModel.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE + " is missing from the jar");
            }
            return new BufferedReader(new InputStreamReader(new GZIPInputStream(in), StandardCharsets.UTF_8))
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(RESOURCE + " cannot be read", e);
        }
    }

    /** All tokens in the order of their ids. */
    public static List<String> tokens() {
        Map<String, Integer> bytes = new HashMap<>();
        addBytes(bytes, "");
        addBytes(bytes, Vocabulary.WORD_END);
        String[] symbols = new String[bytes.size()];
        bytes.forEach((token, id) -> symbols[id] = token);
        List<String> tokens = new ArrayList<>(List.of(symbols));
        mergeLines().forEach(line -> tokens.add(line.replace(" ", "")));
        tokens.add(SpecialTokens.START);
        tokens.add(SpecialTokens.END);
        return tokens;
    }

    /** Printable characters first, then the bytes that have a symbol of their own, each in order. */
    private static void addBytes(Map<String, Integer> ids, String suffix) {
        for (boolean own : new boolean[] {false, true}) {
            for (int b = 0; b < 256; b++) {
                char symbol = ByteSymbols.symbol(b);
                if (symbol >= 0x100 == own) {
                    ids.put(symbol + suffix, ids.size());
                }
            }
        }
    }
}
