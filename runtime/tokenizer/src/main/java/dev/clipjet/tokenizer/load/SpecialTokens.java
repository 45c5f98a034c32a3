package dev.clipjet.tokenizer.load;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.json.JsonObject;
import dev.clipjet.model.TokenizerProfile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which tokens start, end and pad a text, and which are found in texts as they are written. Follows the order in which
 * transformers consults its files: {@code added_tokens_decoder} of {@code tokenizer_config.json} makes the older files
 * {@code special_tokens_map.json} and {@code added_tokens.json} irrelevant.
 */
final class SpecialTokens {
    static final String START = "<|startoftext|>";
    static final String END = "<|endoftext|>";

    /** Characters of all added tokens; finding them in texts takes some 60 bytes of memory for each. */
    private static final int MAX_CHARACTERS = 1 << 22;

    private static final String DECODER = "added_tokens_decoder";
    private static final String ADDITIONAL = "additional_special_tokens";
    private static final List<String> ROLES =
            List.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token");
    private static final Map<String, String> DEFAULTS =
            Map.of("bos_token", START, "eos_token", END, "unk_token", END, "pad_token", END);

    /** A token in a role; the flag is there if the file spells the token out. */
    private record Named(DeclaredToken token, Optional<Boolean> normalized) {}

    private final Map<String, Named> roles = new LinkedHashMap<>();
    private final Map<String, DeclaredToken> added = new LinkedHashMap<>();

    private long characters;

    private SpecialTokens() {}

    static SpecialTokens read(
            Path directory,
            Optional<JsonObject> config,
            Optional<JsonObject> map,
            Optional<JsonObject> addedJson,
            List<DeclaredToken> addedByTokenizerJson,
            TokenizerProfile profile,
            boolean hasTokenizerJson) {
        SpecialTokens tokens = new SpecialTokens();
        for (String role : ROLES) {
            if (DEFAULTS.containsKey(role)) {
                DeclaredToken token = named(DEFAULTS.get(role), directory, role + " (by default)");
                tokens.roles.put(role, new Named(token, Optional.empty()));
            }
        }
        boolean hasDecoder = config.isPresent() && config.get().has(DECODER);
        config.ifPresent(tokens::readRoles);
        if (!hasDecoder) {
            map.ifPresent(tokens::readRoles);
        }
        addedByTokenizerJson.forEach(tokens::declare);
        if (hasDecoder) {
            decoder(config.get()).forEach(tokens::declare);
        } else {
            addedJson.ifPresent(tokens::readAdded);
        }
        tokens.addRoles(profile == TokenizerProfile.HF_V5, hasTokenizerJson);
        return tokens;
    }

    DeclaredToken start() {
        return roles.get("bos_token").token;
    }

    DeclaredToken end() {
        return roles.get("eos_token").token;
    }

    DeclaredToken unknown() {
        return roles.get("unk_token").token;
    }

    DeclaredToken pad() {
        return roles.get("pad_token").token;
    }

    /** All tokens that are found in texts, each once. */
    Collection<DeclaredToken> added() {
        return added.values();
    }

    private void readRoles(JsonObject file) {
        for (String role : ROLES) {
            if (file.has(role)) {
                roles.put(role, named(file, role, file.raw(role)));
            }
        }
        JsonNode additional = file.raw(ADDITIONAL);
        if (file.has(ADDITIONAL) && !additional.isArray()) {
            throw file.wrongType(ADDITIONAL, "a list of tokens");
        }
        for (int i = 0; i < additional.size(); i++) {
            String place = ADDITIONAL + "[" + i + "]";
            roles.put(place, named(file, place, additional.get(i)));
        }
    }

    private static Named named(JsonObject file, String place, JsonNode value) {
        if (value.isTextual()) {
            return new Named(named(value.textValue(), file.file(), place), Optional.empty());
        }
        if (!value.isObject()) {
            throw file.error(place, "is neither a string nor a token object");
        }
        DeclaredToken token = token(value, OptionalInt.empty(), file.file(), place);
        return new Named(token, Optional.of(token.normalized()));
    }

    private static DeclaredToken named(String content, Path file, String place) {
        return new DeclaredToken(content, OptionalInt.empty(), true, false, file, place);
    }

    /** A token object; {@code normalized} is true by default, but for special tokens. */
    static DeclaredToken token(JsonNode value, OptionalInt id, Path file, String place) {
        JsonNode content = value.path("content");
        if (!content.isTextual()) {
            throw new ModelFormatException(
                    Kind.BAD_CONFIGURATION, file, place, "is a token without a text as \"content\"");
        }
        for (String flag : List.of("lstrip", "rstrip", "single_word")) {
            if (flag(value, flag, false, file, place)) {
                throw new ModelFormatException(
                        Kind.UNSUPPORTED,
                        file,
                        place,
                        "the token \"" + content.textValue() + "\" has " + flag + ", which no CLIP tokenizer uses");
            }
        }
        boolean special = flag(value, "special", false, file, place);
        boolean normalized = flag(value, "normalized", !special, file, place);
        return new DeclaredToken(content.textValue(), id, special, normalized, file, place);
    }

    private static boolean flag(JsonNode token, String key, boolean otherwise, Path file, String place) {
        JsonNode value = token.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        if (!value.isBoolean()) {
            throw new ModelFormatException(
                    Kind.BAD_CONFIGURATION, file, place + "." + key, "is " + value + ", expected true or false");
        }
        return value.booleanValue();
    }

    private static List<DeclaredToken> decoder(JsonObject config) {
        JsonObject decoder = config.object(DECODER);
        List<DeclaredToken> tokens = new ArrayList<>();
        for (String key : decoder.keys()) {
            JsonNode value = decoder.raw(key);
            if (!key.matches("[0-9]{1,7}") || Integer.parseInt(key) > BpeVocabulary.MAX_ID) {
                throw decoder.error(key, "is no id, expected an integer from 0 to " + BpeVocabulary.MAX_ID);
            }
            if (!value.isObject()) {
                throw decoder.wrongType(key, "a token object");
            }
            tokens.add(token(value, OptionalInt.of(Integer.parseInt(key)), config.file(), DECODER + "." + key));
        }
        return tokens;
    }

    private void readAdded(JsonObject file) {
        Set<String> inRoles =
                roles.values().stream().map(role -> role.token.content()).collect(Collectors.toSet());
        for (String content : file.keys()) {
            int id = file.integer(content, 0, BpeVocabulary.MAX_ID);
            boolean special = inRoles.contains(content);
            declare(new DeclaredToken(content, OptionalInt.of(id), special, !special, file.file(), content));
        }
    }

    /** The first declaration of a text counts. */
    private void declare(DeclaredToken token) {
        DeclaredToken known = added.putIfAbsent(token.content(), token);
        characters += known == null ? token.content().length() : 0;
        if (characters > MAX_CHARACTERS) {
            throw new ModelFormatException(
                    Kind.LIMIT,
                    token.file(),
                    token.place(),
                    "the added tokens have more than " + MAX_CHARACTERS + " characters");
        }
        if (known != null && !known.id().equals(token.id())) {
            throw token.error("has id " + token.id().getAsInt() + " here and "
                    + known.id().getAsInt() + " in " + known.file().getFileName());
        }
    }

    /**
     * Tokens in a role are added tokens. transformers 5 takes the flag of the last role; transformers 4 takes it from a
     * role only where nothing else declares the token.
     */
    private void addRoles(boolean version5, boolean hasTokenizerJson) {
        for (Map.Entry<String, Named> entry : roles.entrySet()) {
            DeclaredToken token = entry.getValue().token;
            DeclaredToken known = added.get(token.content());
            boolean framing = List.of("bos_token", "eos_token", "unk_token").contains(entry.getKey());
            boolean otherwise = version5
                    ? known != null && known.id().isPresent() && known.normalized()
                    : framing && !hasTokenizerJson;
            boolean normalized = entry.getValue().normalized.orElse(otherwise);
            if (known == null) {
                added.put(token.content(), token.inRole(normalized));
            } else {
                added.put(token.content(), known.inRole(version5 ? normalized : known.normalized()));
            }
        }
    }
}
