package dev.clipjet.tokenizer.load;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.json.JsonFile;
import dev.clipjet.json.JsonObject;
import dev.clipjet.model.TokenizerProfile;
import dev.clipjet.tokenizer.bpe.ByteSymbols;
import dev.clipjet.tokenizer.bpe.Vocabulary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The tokenizer files of a model directory in the layout of Hugging Face: {@code tokenizer.json}, or else
 * {@code vocab.json} and {@code merges.txt}; and {@code tokenizer_config.json}, {@code special_tokens_map.json} and
 * {@code added_tokens.json}, which may be missing.
 */
public final class TokenizerDirectory {
    private static final long MAX_CONFIG_BYTES = 16L << 20;

    private TokenizerDirectory() {}

    /**
     * Reads the files as a profile's original would.
     *
     * @throws ModelFormatException if a file is missing, breaks its format or contradicts another
     */
    public static TokenizerModel read(Path directory, TokenizerProfile profile) {
        Path json = directory.resolve("tokenizer.json");
        boolean hasJson = Files.exists(json);
        Optional<JsonObject> config = config(directory, "tokenizer_config.json");
        BpeFiles files =
                hasJson ? TokenizerJson.read(json, profile == TokenizerProfile.HF_FAST) : plainFiles(directory);
        SpecialTokens special = SpecialTokens.read(
                directory,
                config,
                config(directory, "special_tokens_map.json"),
                config(directory, "added_tokens.json"),
                files.addedTokens(),
                profile,
                hasJson);
        AddedTokenIds ids = new AddedTokenIds(files.ids(), special);
        Vocabulary vocabulary = new Vocabulary(ids.all());
        int start = ids.of(special.start());
        int end = ids.of(special.end());
        if (profile == TokenizerProfile.HF_FAST && hasJson) {
            start = files.start().orElse(start);
            end = files.end().orElse(end);
        }
        String unknownToken = files.unknown()
                .filter(token -> profile == TokenizerProfile.HF_FAST)
                .orElse(special.unknown().content());
        int unknown = vocabulary.id(unknownToken);
        if (unknown < 0 && lacksBytes(vocabulary)) {
            throw new ModelFormatException(
                    Kind.BAD_CONFIGURATION,
                    files.file(),
                    "",
                    "lacks symbols of bytes, and the unknown token \"" + unknownToken + "\" for them, too");
        }
        return new TokenizerModel(
                vocabulary,
                files.merges(),
                start,
                end,
                unknown,
                ids.of(special.pad()),
                special.added().stream()
                        .map(token ->
                                new AddedToken(token.content(), ids.of(token), token.special(), token.normalized()))
                        .toList(),
                files.normalizers(),
                files.splitsLiterals(),
                maxLength(config));
    }

    private static BpeFiles plainFiles(Path directory) {
        Path vocabulary = directory.resolve("vocab.json");
        Path merges = directory.resolve("merges.txt");
        boolean hasVocabulary = Files.exists(vocabulary);
        boolean hasMerges = Files.exists(merges);
        if (!hasVocabulary || !hasMerges) {
            String missing = hasVocabulary ? "merges.txt" : hasMerges ? "vocab.json" : "vocab.json and merges.txt";
            throw new ModelFormatException(Kind.MISSING, directory, "", "has neither tokenizer.json nor " + missing);
        }
        return PlainBpeFiles.read(vocabulary, merges);
    }

    private static Optional<JsonObject> config(Path directory, String name) {
        Path file = directory.resolve(name);
        return Files.exists(file) ? Optional.of(JsonFile.readObject(file, MAX_CONFIG_BYTES)) : Optional.empty();
    }

    private static boolean lacksBytes(Vocabulary vocabulary) {
        for (int b = 0; b < 256; b++) {
            String symbol = String.valueOf(ByteSymbols.symbol(b));
            if (vocabulary.id(symbol) < 0 || vocabulary.id(symbol + Vocabulary.WORD_END) < 0) {
                return true;
            }
        }
        return false;
    }

    /** Files without a limit say 1e30. */
    private static OptionalInt maxLength(Optional<JsonObject> config) {
        double length =
                config.map(c -> c.optionalNumber("model_max_length").orElse(0)).orElse(0.0);
        return length >= 1 && length <= Integer.MAX_VALUE ? OptionalInt.of((int) length) : OptionalInt.empty();
    }
}
