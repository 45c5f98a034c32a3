package dev.clipjet.tokenizer.load;

import dev.clipjet.tokenizer.bpe.MergeTable;
import dev.clipjet.tokenizer.clean.Normalizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Vocabulary and merges as files give them.
 *
 * @param file the file of the vocabulary, for error messages
 * @param ids ids by token, distinct
 * @param addedTokens tokens that {@code tokenizer.json} lists beside the vocabulary
 * @param splitsLiterals whether the pattern of {@code tokenizer.json} names the start and end token
 * @param start id of the start token, where the file says
 * @param end id of the end token, where the file says
 * @param unknown the unknown token, where the file says
 */
record BpeFiles(
        Path file,
        Map<String, Integer> ids,
        MergeTable merges,
        List<DeclaredToken> addedTokens,
        List<Normalizer> normalizers,
        boolean splitsLiterals,
        OptionalInt start,
        OptionalInt end,
        Optional<String> unknown) {}
