package dev.clipjet.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clipjet.model.TokenizerProfile;
import dev.clipjet.model.TokenizerSpec;
import dev.clipjet.tests.support.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Ids written by the original tokenizers. Where the folder is missing, tests that need it are skipped, and say so. */
public final class TokenizerGolden {
    private static final int CONTEXT = 77;

    private TokenizerGolden() {}

    public static Path folder() {
        return Golden.folder("tokenizer");
    }

    public static List<JsonNode> lines(String name) {
        return Golden.jsonLines(folder().resolve(name));
    }

    public static JsonNode json(String name) {
        return Golden.json(folder().resolve(name));
    }

    static int[] ids(JsonNode list) {
        return IntStream.range(0, list.size()).map(i -> list.get(i).intValue()).toArray();
    }

    static ClipTokenizer load(Path directory, TokenizerProfile profile) {
        return ClipTokenizer.load(new TokenizerSpec(profile, "test", Optional.of(directory), CONTEXT));
    }

    /** One tokenizer for each profile: the built-in vocabulary for OpenAI's and open_clip's, hf-openai for the others. */
    static Map<TokenizerProfile, ClipTokenizer> all() {
        Map<TokenizerProfile, ClipTokenizer> all = new EnumMap<>(TokenizerProfile.class);
        for (TokenizerProfile profile : TokenizerProfile.values()) {
            boolean huggingFace = profile.label().startsWith("hf-");
            all.put(
                    profile,
                    huggingFace ? load(folder().resolve("vocab/hf-openai"), profile) : ClipTokenizer.openAi(profile));
        }
        return all;
    }

    /** A copy of hf-openai with the configuration of another folder, and without tokenizer.json. */
    static Path plainDirectory(Path target, String configs) throws IOException {
        Path openAi = folder().resolve("vocab/hf-openai");
        for (String name : List.of("vocab.json", "merges.txt")) {
            Files.copy(openAi.resolve(name), target.resolve(name));
        }
        for (String name : List.of("tokenizer_config.json", "special_tokens_map.json")) {
            Files.copy(folder().resolve("vocab").resolve(configs).resolve(name), target.resolve(name));
        }
        return target;
    }

    /** The same with a tokenizer.json, which differs from hf-openai's in its added tokens. */
    static Path sd2Directory(Path target) throws IOException {
        String bang = "{\"id\":0,\"content\":\"!\",\"single_word\":false,\"lstrip\":false,\"rstrip\":false,"
                + "\"normalized\":false,\"special\":true},";
        return withTokenizerJson(plainDirectory(target, "hf-sd2"), "\"added_tokens\":[", "\"added_tokens\":[" + bang);
    }

    static Path fluxDirectory(Path target) throws IOException {
        String end =
                "\"content\":\"<|endoftext|>\",\"single_word\":false,\"lstrip\":false,\"rstrip\":false,\"normalized\":";
        return withTokenizerJson(plainDirectory(target, "hf-flux"), end + "true", end + "false");
    }

    private static Path withTokenizerJson(Path target, String from, String to) throws IOException {
        String json = Files.readString(folder().resolve("vocab/hf-openai/tokenizer.json"));
        if (!json.contains(from)) {
            throw new IllegalStateException("tokenizer.json has no " + from);
        }
        Files.writeString(target.resolve("tokenizer.json"), json.replace(from, to));
        return target;
    }
}
