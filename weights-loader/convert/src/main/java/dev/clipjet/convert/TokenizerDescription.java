package dev.clipjet.convert;

import dev.clipjet.model.TokenizerProfile;
import dev.clipjet.model.TokenizerSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The tokenizer files of a Hugging Face directory: those of the source, or OpenAI's vocabulary. */
final class TokenizerDescription {
    private static final List<String> NAMES = List.of(
            "tokenizer.json",
            "tokenizer_config.json",
            "vocab.json",
            "merges.txt",
            "special_tokens_map.json",
            "added_tokens.json");

    private static final Set<TokenizerProfile> ORIGINALS =
            Set.of(TokenizerProfile.OPENAI, TokenizerProfile.OPENAI_NOFTFY, TokenizerProfile.OPEN_CLIP);

    private TokenizerDescription() {}

    /** The files to write; none if the model has a vocabulary of its own and brings no files. */
    static Optional<Plan.Description> of(ModelSource source, ConversionOptions options, List<String> notes) {
        Optional<Plan.Description> own = own(source);
        if (own.isPresent()) {
            return own;
        }
        if (source.spec().tokenizer().isEmpty()) {
            notes.add("the source brings no tokenizer, so the result has none: texts can only be given as token ids");
            return Optional.empty();
        }
        TokenizerSpec tokenizer = source.spec().tokenizer().get();
        if (ORIGINALS.contains(tokenizer.profile())) {
            notes.add("texts are tokenized as transformers does from now on: unlike "
                    + tokenizer.profile().label() + ", it repairs no broken encodings and reads no HTML entities");
        }
        return Optional.of(() -> options.tokenizerFiles().content(tokenizer.contextLength()));
    }

    /** The files that the source brings. */
    static Optional<Plan.Description> own(ModelSource source) {
        return source.spec()
                .tokenizer()
                .flatMap(TokenizerSpec::directory)
                .map(TokenizerDescription::files)
                .filter(files -> !files.isEmpty())
                .map(CopiedFiles::of);
    }

    private static List<Path> files(Path directory) {
        return NAMES.stream().map(directory::resolve).filter(Files::exists).toList();
    }
}
