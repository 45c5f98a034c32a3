package dev.clipjet.tokenizer.load;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.tokenizer.bpe.Vocabulary;
import dev.clipjet.tokenizer.clean.Normalizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads {@code tokenizer.json}, the format of the library tokenizers, as far as CLIP uses it. */
final class TokenizerJson {
    private static final String ENDINGS_AND_RUNS = "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";
    private static final String LITERALS = "<\\|startoftext\\|>|<\\|endoftext\\|>|";

    /** Steps of a normalizer; CLIP's has three. */
    private static final int MAX_NORMALIZERS = 16;

    private final JsonStream stream;
    private Map<String, Integer> ids;
    private MergeList merges;
    private String unknown;
    private boolean marksWordEnds;
    private JsonNode addedTokens = MissingNode.getInstance();
    private JsonNode normalizer = MissingNode.getInstance();
    private JsonNode preTokenizer = MissingNode.getInstance();
    private JsonNode postProcessor = MissingNode.getInstance();

    private TokenizerJson(JsonStream stream) {
        this.stream = stream;
    }

    /** @param pipeline whether the stages around the model are taken from the file, too, and must be known */
    static BpeFiles read(Path file, boolean pipeline) {
        return JsonStream.read(file, stream -> new TokenizerJson(stream).read(pipeline));
    }

    private BpeFiles read(boolean pipeline) throws IOException {
        JsonParser parser = stream.parser();
        stream.expect(JsonToken.START_OBJECT, "", "an object");
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            parser.nextToken();
            switch (key) {
                case "added_tokens" -> addedTokens = stream.tree();
                case "normalizer" -> normalizer = stream.tree();
                case "pre_tokenizer" -> preTokenizer = stream.tree();
                case "post_processor" -> postProcessor = stream.tree();
                case "model" -> readModel();
                default -> parser.skipChildren();
            }
        }
        if (ids == null || merges == null) {
            throw bad(ids == null ? "model.vocab" : "model.merges", "is missing");
        }
        if (!marksWordEnds) {
            throw bad("model.end_of_word_suffix", "is missing");
        }
        return new BpeFiles(
                stream.file(),
                ids,
                merges.resolve(ids),
                declaredTokens(),
                pipeline ? normalizers() : Normalizer.CLIP,
                pipeline && splitsLiterals(),
                pipeline ? framing("cls") : OptionalInt.empty(),
                pipeline ? framing("sep") : OptionalInt.empty(),
                Optional.ofNullable(unknown));
    }

    private void readModel() throws IOException {
        JsonParser parser = stream.parser();
        stream.expect(JsonToken.START_OBJECT, "model", "an object");
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            parser.nextToken();
            switch (key) {
                case "vocab" -> ids = BpeVocabulary.read(stream, "model.vocab");
                case "merges" -> readMerges();
                case "unk_token" -> readUnknown(stream.tree());
                case "type" -> require(key, "BPE", stream.tree());
                case "end_of_word_suffix" -> {
                    require(key, Vocabulary.WORD_END, stream.tree());
                    marksWordEnds = true;
                }
                case "continuing_subword_prefix" -> require(key, "", stream.tree());
                case "dropout" -> require(key, "null", stream.tree());
                case "fuse_unk", "byte_fallback", "ignore_merges" -> require(key, "false", stream.tree());
                default -> parser.skipChildren();
            }
        }
    }

    private void readUnknown(JsonNode token) {
        if (!token.isTextual() && !token.isNull()) {
            throw bad("model.unk_token", "is " + shown(token) + ", expected a string or null");
        }
        unknown = token.textValue();
    }

    private void require(String key, String expected, JsonNode found) {
        boolean absent = found.isNull() && !key.equals("end_of_word_suffix") && !key.equals("type");
        if (!absent && !found.asText().equals(expected)) {
            throw unsupported("model." + key, found, "only \"" + expected + "\" is supported, as in CLIP's tokenizers");
        }
    }

    private void readMerges() throws IOException {
        JsonParser parser = stream.parser();
        stream.expect(JsonToken.START_ARRAY, "model.merges", "a list");
        merges = new MergeList(stream.file(), rank -> "model.merges[" + rank + "]");
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() == JsonToken.VALUE_STRING) {
                merges.add(parser.getText());
                continue;
            }
            JsonNode pair = stream.tree();
            if (!pair.isArray()
                    || pair.size() != 2
                    || !pair.get(0).isTextual()
                    || !pair.get(1).isTextual()) {
                throw merges.error(merges.size(), "is " + shown(pair) + ", expected a string or a list of two strings");
            }
            merges.add(pair.get(0).textValue(), pair.get(1).textValue());
        }
    }

    private List<DeclaredToken> declaredTokens() {
        List<DeclaredToken> tokens = new ArrayList<>();
        if (!addedTokens.isMissingNode() && !addedTokens.isNull() && !addedTokens.isArray()) {
            throw bad("added_tokens", "is " + shown(addedTokens) + ", expected a list of tokens");
        }
        for (int i = 0; i < addedTokens.size(); i++) {
            JsonNode token = addedTokens.get(i);
            JsonNode id = token.path("id");
            String place = "added_tokens[" + i + "]";
            if (!id.canConvertToInt()
                    || !id.isIntegralNumber()
                    || id.intValue() < 0
                    || id.intValue() > BpeVocabulary.MAX_ID) {
                throw bad(place + ".id", "is " + shown(id) + ", expected an id from 0 to " + BpeVocabulary.MAX_ID);
            }
            tokens.add(SpecialTokens.token(token, OptionalInt.of(id.intValue()), stream.file(), place));
        }
        return tokens;
    }

    private List<Normalizer> normalizers() {
        List<Normalizer> steps = new ArrayList<>();
        JsonNode list = normalizer.path("normalizers");
        if (normalizer.path("type").asText().equals("Sequence")) {
            for (JsonNode each : list) {
                Normalizer step = step(each);
                // Each does nothing to what it has made.
                if (steps.isEmpty() || steps.get(steps.size() - 1) != step) {
                    steps.add(step);
                }
            }
            if (steps.size() > MAX_NORMALIZERS) {
                throw stream.error(
                        Kind.LIMIT,
                        "normalizer.normalizers",
                        "has " + steps.size() + " different steps in turn, at most " + MAX_NORMALIZERS
                                + " are allowed");
            }
        } else if (!normalizer.isMissingNode() && !normalizer.isNull()) {
            steps.add(step(normalizer));
        }
        return steps;
    }

    private Normalizer step(JsonNode step) {
        String type = step.path("type").asText();
        boolean collapses = type.equals("Replace")
                && step.path("pattern").path("Regex").asText().equals("\\s+")
                && step.path("content").asText().equals(" ");
        return switch (type) {
            case "NFC" -> Normalizer.NFC;
            case "Lowercase" -> Normalizer.LOWERCASE;
            default -> {
                if (!collapses) {
                    throw unsupported("normalizer", step, "known are NFC, Lowercase and Replace of \\s+ by a space");
                }
                yield Normalizer.COLLAPSE_WHITE_SPACE;
            }
        };
    }

    private boolean splitsLiterals() {
        JsonNode steps = preTokenizer.path("pretokenizers");
        JsonNode split = steps.path(0);
        JsonNode bytes = steps.path(1);
        String pattern = split.path("pattern").path("Regex").asText();
        boolean known = steps.size() == 2
                && split.path("type").asText().equals("Split")
                && split.path("behavior").asText().equals("Removed")
                && split.path("invert").asBoolean()
                && (pattern.equals(ENDINGS_AND_RUNS) || pattern.equals(LITERALS + ENDINGS_AND_RUNS))
                && bytes.path("type").asText().equals("ByteLevel")
                && !bytes.path("add_prefix_space").asBoolean();
        if (!known) {
            throw unsupported("pre_tokenizer", preTokenizer, "only the split of CLIP's tokenizers is supported");
        }
        return pattern.startsWith(LITERALS);
    }

    private OptionalInt framing(String key) {
        JsonNode token = postProcessor.path(key);
        if (!postProcessor.path("type").asText().equals("RobertaProcessing")
                || !token.path(0).isTextual()
                || !token.path(1).isInt()) {
            throw unsupported("post_processor", postProcessor, "only RobertaProcessing with sep and cls is supported");
        }
        String content = token.path(0).textValue();
        int id = token.path(1).intValue();
        boolean added = declaredTokens().stream().anyMatch(t -> t.content().equals(content) && t.id().getAsInt() == id);
        if (!added && !Integer.valueOf(id).equals(ids.get(content))) {
            throw bad("post_processor." + key, "gives \"" + content + "\" id " + id + ", which it does not have");
        }
        return OptionalInt.of(id);
    }

    private ModelFormatException unsupported(String place, JsonNode found, String expected) {
        return stream.error(Kind.UNSUPPORTED, place, "is " + shown(found) + ", " + expected);
    }

    private ModelFormatException bad(String place, String problem) {
        return stream.error(Kind.BAD_CONFIGURATION, place, problem);
    }

    private static String shown(JsonNode value) {
        String text = value.isMissingNode() ? "missing" : value.toString();
        return text.length() <= 80 ? text : text.substring(0, 77) + "...";
    }
}
