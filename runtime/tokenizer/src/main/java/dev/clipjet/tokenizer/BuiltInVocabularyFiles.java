package dev.clipjet.tokenizer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clipjet.tokenizer.load.BuiltInModel;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The vocabulary of OpenAI's models as the tokenizer files of transformers' {@code CLIPTokenizer}. */
public final class BuiltInVocabularyFiles {
    private static final String START = "<|startoftext|>";
    private static final String END = "<|endoftext|>";
    private static final String MERGES_HEADER = "#version: 0.2";
    private static final String WORDS = "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";
    private static final JsonMapper JSON = new JsonMapper();

    private BuiltInVocabularyFiles() {}

    /**
     * {@code vocab.json}, {@code merges.txt}, {@code tokenizer.json}, {@code tokenizer_config.json} and
     * {@code special_tokens_map.json}, by their names.
     *
     * @param contextLength most tokens of a text
     */
    public static Map<String, byte[]> content(int contextLength) {
        List<String> tokens = BuiltInModel.tokens();
        List<String> merges = BuiltInModel.mergeLines();
        ObjectNode vocabulary = JSON.createObjectNode();
        tokens.forEach(token -> vocabulary.put(token, vocabulary.size()));
        String mergeLines = MERGES_HEADER + "\n" + String.join("\n", merges) + "\n";
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("vocab.json", bytes(vocabulary));
        files.put("merges.txt", mergeLines.getBytes(StandardCharsets.UTF_8));
        files.put("tokenizer.json", bytes(tokenizer(vocabulary, merges)));
        files.put("tokenizer_config.json", bytes(configuration(contextLength)));
        files.put("special_tokens_map.json", bytes(specialTokens(false)));
        return files;
    }

    private static byte[] bytes(ObjectNode document) {
        try {
            return JSON.writeValueAsBytes(document);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a document cannot be written", e);
        }
    }

    private static ObjectNode configuration(int contextLength) {
        ObjectNode node = specialTokens(true);
        return node.put("add_prefix_space", false)
                .put("do_lower_case", true)
                .put("errors", "replace")
                .put("model_max_length", contextLength)
                .put("tokenizer_class", "CLIPTokenizer");
    }

    private static ObjectNode specialTokens(boolean withType) {
        ObjectNode node = JSON.createObjectNode();
        node.set("bos_token", addedToken(START, withType));
        node.set("eos_token", addedToken(END, withType));
        node.set("unk_token", addedToken(END, withType));
        return node.put("pad_token", END);
    }

    private static ObjectNode addedToken(String content, boolean withType) {
        ObjectNode node = JSON.createObjectNode()
                .put("content", content)
                .put("lstrip", false)
                .put("normalized", true)
                .put("rstrip", false)
                .put("single_word", false);
        return withType ? node.put("__type", "AddedToken") : node;
    }

    private static ObjectNode tokenizer(ObjectNode vocabulary, List<String> merges) {
        int start = vocabulary.get(START).intValue();
        int end = vocabulary.get(END).intValue();
        ObjectNode root = JSON.createObjectNode().put("version", "1.0");
        root.putNull("truncation").putNull("padding");
        ArrayNode added = root.putArray("added_tokens");
        added.add(special(START, start));
        added.add(special(END, end));
        normalizer(root.putObject("normalizer"));
        preTokenizer(root.putObject("pre_tokenizer"));
        ObjectNode framing = root.putObject("post_processor").put("type", "RobertaProcessing");
        framing.putArray("sep").add(END).add(end);
        framing.putArray("cls").add(START).add(start);
        framing.put("trim_offsets", false).put("add_prefix_space", false);
        root.putObject("decoder")
                .put("type", "ByteLevel")
                .put("add_prefix_space", true)
                .put("trim_offsets", true)
                .put("use_regex", true);
        ObjectNode model = root.putObject("model").put("type", "BPE");
        model.putNull("dropout");
        model.put("unk_token", END)
                .put("continuing_subword_prefix", "")
                .put("end_of_word_suffix", "</w>")
                .put("fuse_unk", false)
                .put("byte_fallback", false)
                .put("ignore_merges", false);
        model.set("vocab", vocabulary);
        // One string each: older versions of the library read no pairs.
        ArrayNode list = model.putArray("merges");
        merges.forEach(list::add);
        return root;
    }

    private static ObjectNode special(String content, int id) {
        return JSON.createObjectNode()
                .put("id", id)
                .put("content", content)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", true)
                .put("special", true);
    }

    private static void normalizer(ObjectNode node) {
        ArrayNode steps = node.put("type", "Sequence").putArray("normalizers");
        steps.addObject().put("type", "NFC");
        ObjectNode spaces = steps.addObject().put("type", "Replace");
        spaces.putObject("pattern").put("Regex", "\\s+");
        spaces.put("content", " ");
        steps.addObject().put("type", "Lowercase");
    }

    private static void preTokenizer(ObjectNode node) {
        ArrayNode steps = node.put("type", "Sequence").putArray("pretokenizers");
        ObjectNode split = steps.addObject().put("type", "Split");
        split.putObject("pattern").put("Regex", WORDS);
        split.put("behavior", "Removed").put("invert", true);
        steps.addObject()
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", true);
    }
}
