package dev.clipjet.tokenizer;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.error.ModelFormatException;
import dev.clipjet.model.TokenizerProfile;
import dev.clipjet.model.TokenizerSpec;
import dev.clipjet.tokenizer.bpe.IdList;
import dev.clipjet.tokenizer.bpe.Vocabulary;
import dev.clipjet.tokenizer.load.AddedToken;
import dev.clipjet.tokenizer.load.BuiltInModel;
import dev.clipjet.tokenizer.load.TokenizerDirectory;
import dev.clipjet.tokenizer.load.TokenizerModel;
import dev.clipjet.tokenizer.unicode.Utf8;
import dev.clipjet.tokenizer.unicode.WhiteSpace;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * CLIP's byte-pair tokenizer, id for id as one of the originals gives them: see {@link TokenizerProfile}. Immutable and
 * thread-safe. Time is linear in the length of the text, but for O(n log n) in the length of a word.
 */
public final class ClipTokenizer {
    private static final int OPENAI_CONTEXT = 77;

    private final TokenizerProfile profile;
    private final TokenizerModel model;
    private final int contextLength;
    private final TextPipeline pipeline;
    /** Ids that decoding leaves out on demand. */
    private final Set<Integer> special = new HashSet<>();

    private ClipTokenizer(TokenizerProfile profile, TokenizerModel model, int contextLength) {
        if (contextLength < 2) {
            throw new InvalidInputException("a context of " + contextLength + " tokens, expected at least 2");
        }
        this.profile = profile;
        this.model = model;
        this.contextLength = contextLength;
        this.pipeline = TextPipeline.of(profile, model);
        special.addAll(List.of(model.start(), model.end()));
        if (isHuggingFace()) {
            model.addedTokens().stream()
                    .filter(AddedToken::special)
                    .map(AddedToken::id)
                    .forEach(special::add);
        }
    }

    /**
     * The tokenizer that a model asks for.
     *
     * @throws ModelFormatException if its files are missing, break their format or contradict each other
     */
    public static ClipTokenizer load(TokenizerSpec spec) {
        Optional<Path> directory = spec.directory();
        TokenizerModel model =
                directory.isPresent() ? TokenizerDirectory.read(directory.get(), spec.profile()) : BuiltInModel.get();
        return new ClipTokenizer(spec.profile(), model, spec.contextLength());
    }

    /** The tokenizer of OpenAI's models: 49,408 ids, 77 tokens of context. */
    public static ClipTokenizer openAi() {
        return openAi(TokenizerProfile.OPENAI);
    }

    /** The vocabulary of OpenAI's models with the cleaning and padding of another original. */
    public static ClipTokenizer openAi(TokenizerProfile profile) {
        return new ClipTokenizer(profile, BuiltInModel.get(), OPENAI_CONTEXT);
    }

    public TokenizerProfile profile() {
        return profile;
    }

    /** One more than the highest id. */
    public int vocabularySize() {
        return model.vocabulary().size();
    }

    /** Id of the token before each text. */
    public int startTokenId() {
        return model.start();
    }

    /** Id of the token after each text. */
    public int endTokenId() {
        return model.end();
    }

    /** Id that fills up shorter texts: 0 in OpenAI's code and open_clip's, the padding token of a model directory else. */
    public int padTokenId() {
        return isHuggingFace() ? model.pad() : 0;
    }

    /** Most tokens of a text that the model takes, start and end token included. */
    public int contextLength() {
        return contextLength;
    }

    /** {@code model_max_length} of the model directory, where it gives one. */
    public OptionalInt modelMaxLength() {
        return model.maxLength();
    }

    /** The token of an id as the vocabulary writes it, in byte symbols; empty if there is no such id. */
    public Optional<String> token(int id) {
        return Optional.ofNullable(model.vocabulary().token(id));
    }

    /** The text as it is split into words, for reports. Added tokens, which hold no words, are left out. */
    public String clean(String text) {
        if (text == null) {
            throw new InvalidInputException("the text is null");
        }
        return pipeline.clean(text);
    }

    /**
     * The ids of a text with start and end token, neither cut nor padded.
     *
     * @throws InvalidInputException if the text is null, or has half a surrogate pair and the original refuses it
     */
    public int[] encode(String text) {
        return encode(text, "the text");
    }

    /**
     * The ids of a text, brought to a length.
     *
     * @throws InvalidInputException if the text is too long and is not to be cut, or as in {@link #encode(String)}
     */
    public Encoding encode(String text, Framing framing) {
        int[] ids = encode(text, "the text");
        checkLength(ids, framing, "the text");
        return frame(ids, framing, framing.paddedLength(framedLength(ids, framing)));
    }

    /** The ids of a batch of texts, in order. Errors name the index of the text. */
    public List<Encoding> encodeAll(List<String> texts, Framing framing) {
        List<int[]> all = new ArrayList<>(texts.size());
        int longest = 0;
        for (String text : texts) {
            String name = "text " + all.size();
            int[] ids = encode(text, name);
            checkLength(ids, framing, name);
            longest = Math.max(longest, framedLength(ids, framing));
            all.add(ids);
        }
        int padded = framing.paddedLength(longest);
        return all.stream().map(ids -> frame(ids, framing, padded)).toList();
    }

    /** @param name what errors call the text */
    private int[] encode(String text, String name) {
        if (text == null) {
            throw new InvalidInputException(name + " is null");
        }
        IdList ids = new IdList();
        ids.add(model.start());
        pipeline.encode(text, name, ids);
        ids.add(model.end());
        return ids.toArray();
    }

    private static void checkLength(int[] ids, Framing framing, String name) {
        if (ids.length > framing.contextLength() && framing.truncation() == Truncation.ERROR) {
            throw new InvalidInputException(name + " has " + ids.length
                    + " tokens with start and end token, more than the context of " + framing.contextLength());
        }
    }

    private static int framedLength(int[] ids, Framing framing) {
        return framing.truncation() == Truncation.CUT ? Math.min(ids.length, framing.contextLength()) : ids.length;
    }

    private Encoding frame(int[] ids, Framing framing, int padded) {
        int length = framedLength(ids, framing);
        int[] framed = new int[Math.max(length, padded)];
        System.arraycopy(ids, 0, framed, 0, length);
        if (length < ids.length) {
            framed[length - 1] = model.end();
        }
        Arrays.fill(framed, length, framed.length, framing.padTokenId().orElse(padTokenId()));
        return new Encoding(framed, length, length < ids.length);
    }

    /**
     * The text of ids. Bytes that are no UTF-8 become U+FFFD, word ends become spaces; the Hugging Face profiles strip the
     * result, as their originals do.
     *
     * @param skipSpecialTokens whether start, end and other special tokens are left out
     * @throws InvalidInputException if an id is not in the vocabulary
     */
    public String decode(int[] ids, boolean skipSpecialTokens) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(ids.length * 8);
        for (int i = 0; i < ids.length; i++) {
            if (model.vocabulary().token(ids[i]) == null) {
                throw new InvalidInputException("id " + ids[i] + " at index " + i + " is not in the vocabulary of "
                        + vocabularySize() + " tokens");
            }
            if (!skipSpecialTokens || !special.contains(ids[i])) {
                bytes.writeBytes(pipeline.bytes(ids[i]));
            }
        }
        String text = Utf8.decodeReplacing(bytes.toByteArray(), bytes.size()).replace(Vocabulary.WORD_END, " ");
        return isHuggingFace() ? WhiteSpace.strip(text) : text;
    }

    private boolean isHuggingFace() {
        return switch (profile) {
            case OPENAI, OPENAI_NOFTFY, OPEN_CLIP -> false;
            case HF_FAST, HF_SLOW_FTFY, HF_SLOW_NOFTFY, HF_V5 -> true;
        };
    }
}
