package dev.clipjet.tokenizer;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.model.TokenizerProfile;
import dev.clipjet.tokenizer.bpe.BytePairEncoder;
import dev.clipjet.tokenizer.bpe.BytePairEncoder.Order;
import dev.clipjet.tokenizer.bpe.IdList;
import dev.clipjet.tokenizer.bpe.WordSplitter;
import dev.clipjet.tokenizer.bpe.WordSplitter.Literals;
import dev.clipjet.tokenizer.clean.Normalizer;
import dev.clipjet.tokenizer.clean.TextCleaner;
import dev.clipjet.tokenizer.load.AddedToken;
import dev.clipjet.tokenizer.load.TokenizerModel;
import dev.clipjet.tokenizer.unicode.CharacterClasses;
import dev.clipjet.tokenizer.unicode.Utf8;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The stages of one profile: added tokens taken out as written, the rest cleaned, added tokens taken out of what is
 * cleaned, words, bytes, merges.
 */
final class TextPipeline {
    /** What transformers' patterns name, whatever the vocabulary. */
    private static final List<String> LITERALS = List.of("<|startoftext|>", "<|endoftext|>");

    private static final List<String> OPEN_CLIP_LITERALS = List.of("<start_of_text>", "<end_of_text>");

    private final TextCleaner cleaner;
    private final AddedTokenFinder written;
    private final AddedTokenFinder cleaned;
    private final WordSplitter splitter;
    private final BytePairEncoder encoder;
    /** Literals that are one token where they are one word, exactly as written. */
    private final Map<String, Integer> literalIds;

    private final TokenizerModel model;
    private final boolean refusesLoneSurrogates;

    private TextPipeline(
            TokenizerModel model,
            TextCleaner cleaner,
            AddedTokenFinder written,
            AddedTokenFinder cleaned,
            WordSplitter splitter,
            Map<String, Integer> literalIds,
            Order order,
            boolean refusesLoneSurrogates) {
        this.model = model;
        this.cleaner = cleaner;
        this.written = written;
        this.cleaned = cleaned;
        this.splitter = splitter;
        this.literalIds = literalIds;
        this.encoder = new BytePairEncoder(model.vocabulary(), model.merges(), model.unknown(), order);
        this.refusesLoneSurrogates = refusesLoneSurrogates;
    }

    static TextPipeline of(TokenizerProfile profile, TokenizerModel model) {
        return switch (profile) {
            case OPENAI -> python(model, TextCleaner.OPENAI, framing(model, LITERALS), List.of(), false);
            case OPENAI_NOFTFY -> python(model, TextCleaner.OPENAI_NOFTFY, framing(model, LITERALS), List.of(), true);
            case OPEN_CLIP ->
                python(model, TextCleaner.OPEN_CLIP, framing(model, OPEN_CLIP_LITERALS), List.of(), false);
            case HF_SLOW_FTFY ->
                python(model, TextCleaner.HF_SLOW_FTFY, byVocabulary(model), model.addedTokens(), false);
            case HF_SLOW_NOFTFY ->
                python(model, TextCleaner.HF_SLOW_NOFTFY, byVocabulary(model), model.addedTokens(), false);
            case HF_FAST ->
                rust(
                        model,
                        text -> Normalizer.applyAll(model.normalizers(), text),
                        CharacterClasses.unicode14(),
                        model.splitsLiterals());
            case HF_V5 -> rust(model, TextCleaner.HF_V5, CharacterClasses.unicode16(), true);
        };
    }

    private static Map<String, Integer> framing(TokenizerModel model, List<String> literals) {
        return Map.of(literals.get(0), model.start(), literals.get(1), model.end());
    }

    private static Map<String, Integer> byVocabulary(TokenizerModel model) {
        return LITERALS.stream().collect(Collectors.toMap(literal -> literal, literal -> {
            int id = model.vocabulary().id(literal);
            return id < 0 ? model.unknown() : id;
        }));
    }

    private static TextPipeline python(
            TokenizerModel model,
            TextCleaner cleaner,
            Map<String, Integer> literals,
            List<AddedToken> added,
            boolean refusesLoneSurrogates) {
        return new TextPipeline(
                model,
                cleaner,
                new AddedTokenFinder(added),
                new AddedTokenFinder(List.of()),
                new WordSplitter(CharacterClasses.unicode17(), Literals.WHOLE, List.copyOf(literals.keySet())),
                literals,
                Order.BY_PAIR,
                refusesLoneSurrogates);
    }

    private static TextPipeline rust(
            TokenizerModel model, TextCleaner cleaner, CharacterClasses classes, boolean splitsLiterals) {
        List<AddedToken> written = model.addedTokens().stream()
                .filter(token -> !token.normalized())
                .toList();
        List<AddedToken> cleaned = model.addedTokens().stream()
                .filter(AddedToken::normalized)
                .map(token -> new AddedToken(cleaner.clean(token.content()), token.id(), token.special(), true))
                .filter(token -> !token.content().isEmpty())
                .toList();
        return new TextPipeline(
                model,
                cleaner,
                new AddedTokenFinder(written),
                new AddedTokenFinder(cleaned),
                new WordSplitter(
                        classes,
                        splitsLiterals ? Literals.RESPLIT : Literals.NONE,
                        splitsLiterals ? LITERALS : List.of()),
                Map.of(),
                Order.BY_OCCURRENCE,
                true);
    }

    String clean(String text) {
        StringBuilder out = new StringBuilder(text.length());
        split(text, "the text", new TextSink(out));
        return out.toString();
    }

    /** @param name what errors call the text */
    void encode(String text, String name, IdList ids) {
        split(text, name, new IdSink(ids));
    }

    /** The bytes of a token in this profile, where start and end token may go by other names than in the vocabulary. */
    byte[] bytes(int id) {
        for (Map.Entry<String, Integer> literal : literalIds.entrySet()) {
            if (literal.getValue() == id) {
                return literal.getKey().getBytes(StandardCharsets.UTF_8);
            }
        }
        return model.vocabulary().bytes(id);
    }

    private void split(String text, String name, AddedTokenFinder.Sink sink) {
        if (refusesLoneSurrogates) {
            int surrogate = Utf8.loneSurrogate(text);
            if (surrogate >= 0) {
                throw new InvalidInputException(String.format(
                        "%s has half a surrogate pair, U+%04X, at index %d",
                        name, (int) text.charAt(surrogate), surrogate));
            }
        }
        written.split(text, new CleaningSink(sink));
    }

    private void encodeWords(String text, IdList ids) {
        WordSplitter.Words words = splitter.split(text);
        while (words.next()) {
            Integer literal = text.charAt(words.start()) == '<' && words.end() - words.start() > 2
                    ? literalIds.get(text.substring(words.start(), words.end()))
                    : null;
            if (literal != null) {
                ids.add(literal);
            } else {
                encoder.encode(text, words.start(), words.end(), ids);
            }
        }
    }

    /** Cleans the text between added tokens, and looks for added tokens once more. */
    private final class CleaningSink implements AddedTokenFinder.Sink {
        private final AddedTokenFinder.Sink next;

        CleaningSink(AddedTokenFinder.Sink next) {
            this.next = next;
        }

        @Override
        public void token(int id) {
            next.token(id);
        }

        @Override
        public void text(String text) {
            cleaned.split(cleaner.clean(text), next);
        }
    }

    private final class IdSink implements AddedTokenFinder.Sink {
        private final IdList ids;

        IdSink(IdList ids) {
            this.ids = ids;
        }

        @Override
        public void token(int id) {
            ids.add(id);
        }

        @Override
        public void text(String text) {
            encodeWords(text, ids);
        }
    }

    private static final class TextSink implements AddedTokenFinder.Sink {
        private final StringBuilder out;

        TextSink(StringBuilder out) {
            this.out = out;
        }

        @Override
        public void token(int id) {}

        @Override
        public void text(String text) {
            out.append(text);
        }
    }
}
