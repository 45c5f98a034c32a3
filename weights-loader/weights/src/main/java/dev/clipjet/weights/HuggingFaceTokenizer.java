package dev.clipjet.weights;

import dev.clipjet.json.JsonObject;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.TokenizerProfile;
import dev.clipjet.model.TokenizerSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Which tokenizer a Hugging Face directory brings. Its files are not read here. */
final class HuggingFaceTokenizer {
    private HuggingFaceTokenizer() {}

    /**
     * The tokenizer of a directory, if there is one.
     *
     * @param model content of {@code config.json}
     * @param notes receives what the user should know
     */
    static Optional<TokenizerSpec> read(Path directory, JsonObject model, TextTransformer text, List<String> notes) {
        boolean hasFiles = Files.exists(directory.resolve("tokenizer.json"))
                || (Files.exists(directory.resolve("vocab.json")) && Files.exists(directory.resolve("merges.txt")));
        if (hasFiles) {
            LibraryVersion version = LibraryVersion.of(model);
            return Optional.of(new TokenizerSpec(
                    version.isFive() ? TokenizerProfile.HF_V5 : TokenizerProfile.HF_FAST,
                    version.reason(),
                    Optional.of(directory),
                    text.contextLength()));
        }
        if (text.vocabSize() == OpenAiVocabulary.SIZE) {
            return Optional.of(new TokenizerSpec(
                    TokenizerProfile.OPENAI,
                    "no tokenizer files; the vocabulary size is OpenAI's",
                    Optional.empty(),
                    text.contextLength()));
        }
        notes.add("no tokenizer.json and no vocab.json with merges.txt: texts can only be given as token ids");
        return Optional.empty();
    }
}
