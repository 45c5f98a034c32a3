package dev.clipjet.conformance.growth;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.json.JsonFile;
import dev.clipjet.model.TokenizerProfile;
import dev.clipjet.model.TokenizerSpec;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.tokenizer.ClipTokenizer;
import dev.clipjet.weights.safetensors.SafetensorsFile;
import dev.clipjet.weights.safetensors.SafetensorsWriter;
import dev.clipjet.weights.safetensors.SafetensorsWriter.Declaration;
import dev.clipjet.weights.torch.TorchCheckpoint;
import dev.clipjet.weights.torch.TorchWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Configurations, tokenizers and weight files of growing size. Being refused is an answer, too. */
class FileGrowthTest {
    @TempDir
    Path folder;

    private int files;

    private Path file(String content) throws IOException {
        return Files.writeString(folder.resolve("file-" + files++), content);
    }

    private void json(String name, IntFunction<String> content) throws Exception {
        Growth.check("json, " + name, n -> file(content.apply(n)), file -> {
            try {
                JsonFile.readObject(file, 1L << 30);
            } catch (ModelFormatException refused) {
                // As good as an object.
            }
        });
    }

    @Test
    void configurations() throws Exception {
        json("keys", n -> list(n / 12, i -> "\"k" + i + "\":1", "{", "}"));
        json("one key many times", n -> list(n / 6, i -> "\"k\":1", "{", "}"));
        json("numbers", n -> "{\"k\":" + list(n / 4, i -> "123", "[", "]") + "}");
        json("a long number", n -> "{\"k\":" + "1".repeat(n) + "}");
        json("a long string", n -> "{\"k\":\"" + "\\u00e9".repeat(n / 6) + "\"}");
        json("a deep list", n -> "{\"k\":" + "[".repeat(n) + "}");
        json("white space", n -> "{" + " \n".repeat(n / 2) + "}");
    }

    private static String list(int count, IntFunction<String> item, String before, String after) {
        StringBuilder out = new StringBuilder(before);
        for (int i = 0; i < count; i++) {
            out.append(i == 0 ? "" : ",").append(item.apply(i));
        }
        return out.append(after).toString();
    }

    private static List<Declaration> tensors(int count) {
        List<Declaration> tensors = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            tensors.add(new Declaration("t" + i, ElementType.F32, List.of(1L)));
        }
        return tensors;
    }

    @Test
    void weights() throws Exception {
        ByteBuffer data = ByteBuffer.allocate(4);
        Growth.check(
                "safetensors, tensors",
                n -> {
                    Path path = folder.resolve("file-" + files++);
                    List<Declaration> tensors = tensors(n / 70);
                    try (SafetensorsWriter writer = SafetensorsWriter.create(path, Map.of(), tensors)) {
                        for (Declaration tensor : tensors) {
                            writer.write(tensor.name(), 0, data.duplicate());
                        }
                        writer.finish();
                    }
                    return path;
                },
                path -> SafetensorsFile.open(path).close());
        Growth.check(
                "torch, tensors",
                n -> {
                    Path path = folder.resolve("file-" + files++);
                    List<Declaration> tensors = tensors(n / 400);
                    try (TorchWriter writer = TorchWriter.create(path, tensors)) {
                        for (Declaration tensor : tensors) {
                            writer.write(tensor.name(), 0, data.duplicate());
                        }
                        writer.finish();
                    }
                    return path;
                },
                path -> {
                    try (TorchCheckpoint checkpoint = TorchCheckpoint.open(path)) {
                        checkpoint.tensors();
                    }
                });
    }

    /** The toy vocabulary, some more tokens and merges, and what else tokenizer.json may have. */
    private Path tokenizer(int tokens, int merges, String added, String normalizers) throws IOException {
        Path directory = Files.createDirectory(folder.resolve("tokenizer-" + files++));
        StringBuilder vocabulary = new StringBuilder("{\"a\":0,\"a</w>\":1,\"<|startoftext|>\":2,\"<|endoftext|>\":3");
        for (int i = 0; i < tokens; i++) {
            vocabulary.append(",\"x").append(i).append("\":").append(i + 4);
        }
        StringBuilder merged = new StringBuilder();
        for (int i = 0; i < merges; i++) {
            merged.append(i == 0 ? "" : ",").append("\"a a</w>\"");
        }
        String pattern =
                "<\\\\|startoftext\\\\|>|<\\\\|endoftext\\\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\\\p{L}]+|[\\\\p{N}]|[^\\\\s\\\\p{L}\\\\p{N}]+";
        Files.writeString(
                directory.resolve("tokenizer.json"),
                "{\"added_tokens\":["
                        + "{\"id\":2,\"content\":\"<|startoftext|>\",\"special\":true,\"normalized\":true},"
                        + "{\"id\":3,\"content\":\"<|endoftext|>\",\"special\":true,\"normalized\":false}" + added
                        + "],"
                        + "\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":[" + normalizers + "]},"
                        + "\"pre_tokenizer\":{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":"
                        + "{\"Regex\":\"" + pattern + "\"},\"behavior\":\"Removed\",\"invert\":true},"
                        + "{\"type\":\"ByteLevel\",\"add_prefix_space\":false}]},"
                        + "\"post_processor\":{\"type\":\"RobertaProcessing\",\"sep\":[\"<|endoftext|>\",3],"
                        + "\"cls\":[\"<|startoftext|>\",2]},"
                        + "\"model\":{\"type\":\"BPE\",\"end_of_word_suffix\":\"</w>\",\"unk_token\":\"<|endoftext|>\",\"vocab\":"
                        + vocabulary + "},\"merges\":[" + merged + "]}}");
        return directory;
    }

    private static ClipTokenizer load(Path directory) {
        return ClipTokenizer.load(
                new TokenizerSpec(TokenizerProfile.HF_FAST, "for growth", Optional.of(directory), 77));
    }

    private static void loads(Path directory) {
        try {
            load(directory);
        } catch (ModelFormatException refused) {
            // As good as a tokenizer.
        }
    }

    private static String added(int count) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < count; i++) {
            out.append(",{\"id\":")
                    .append(i + 4)
                    .append(",\"content\":\"")
                    .append("a".repeat(50))
                    .append(i);
            out.append("\",\"special\":false,\"normalized\":false}");
        }
        return out.toString();
    }

    @Test
    void tokenizers() throws Exception {
        Growth.check("tokenizer, tokens", n -> tokenizer(n / 14, 0, "", ""), FileGrowthTest::loads);
        Growth.check("tokenizer, merges", n -> tokenizer(0, n / 11, "", ""), FileGrowthTest::loads);
        Growth.check("tokenizer, added tokens", n -> tokenizer(0, 0, added(n / 110), ""), FileGrowthTest::loads);
        Growth.check(
                "tokenizer, normalizers",
                n -> tokenizer(0, 0, "", "{\"type\":\"NFC\"}" + ",{\"type\":\"NFC\"}".repeat(n / 15)),
                FileGrowthTest::loads);
        Growth.check(
                "tokenizer, different normalizers",
                n -> tokenizer(
                        0, 0, "", "{\"type\":\"NFC\"}" + ",{\"type\":\"Lowercase\"},{\"type\":\"NFC\"}".repeat(n / 36)),
                FileGrowthTest::loads);
    }

    private record Search(ClipTokenizer tokenizer, String text) {}

    /** Both the tokens that are looked for and the text grow. */
    @Test
    void addedTokensInTexts() throws Exception {
        Growth.check(
                "added tokens in a text",
                n -> new Search(load(tokenizer(0, 0, added(n / 220), "")), "a".repeat(n / 2)),
                search -> search.tokenizer.encode(search.text));
        Growth.check(
                "repeated normalizers and a text",
                n -> new Search(
                        load(tokenizer(0, 0, "", "{\"type\":\"NFC\"}" + ",{\"type\":\"NFC\"}".repeat(n / 30))),
                        "a".repeat(n / 2)),
                search -> search.tokenizer.encode(search.text));
    }
}
