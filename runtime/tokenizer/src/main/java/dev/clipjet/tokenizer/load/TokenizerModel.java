package dev.clipjet.tokenizer.load;

import dev.clipjet.tokenizer.bpe.MergeTable;
import dev.clipjet.tokenizer.bpe.Vocabulary;
import dev.clipjet.tokenizer.clean.Normalizer;
import java.util.List;
import java.util.OptionalInt;

/**
 * All that files say about a tokenizer.
 *
 * @param start id of the token before each text
 * @param end id of the token after each text
 * @param unknown id for bytes that the vocabulary lacks
 * @param pad id of the padding token
 * @param addedTokens tokens found in texts as they are written, special tokens among them
 * @param normalizers what is done to a text before it is split, by the fast tokenizers
 * @param splitsLiterals whether the fast tokenizer's pattern names the start and end token
 * @param maxLength {@code model_max_length}, where it is a length
 */
public record TokenizerModel(
        Vocabulary vocabulary,
        MergeTable merges,
        int start,
        int end,
        int unknown,
        int pad,
        List<AddedToken> addedTokens,
        List<Normalizer> normalizers,
        boolean splitsLiterals,
        OptionalInt maxLength) {}
