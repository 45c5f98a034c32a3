package dev.clipjet.tokenizer.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.model.TokenizerProfile;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each broken file gives an error of the right kind that names file, place and problem. */
class MalformedFilesTest {
    private static final String VOCABULARY =
            "{\"a\":0,\"b\":1,\"a</w>\":2,\"b</w>\":3,\"ab</w>\":4,\"<|startoftext|>\":5,\"<|endoftext|>\":6}";
    private static final String NORMALIZER = "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFC\"},"
            + "{\"type\":\"Replace\",\"pattern\":{\"Regex\":\"\\\\s+\"},\"content\":\" \"},{\"type\":\"Lowercase\"}]}";
    private static final String PRE_TOKENIZER = "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\","
            + "\"pattern\":{\"Regex\":\"'s|'t|'re|'ve|'m|'ll|'d|[\\\\p{L}]+|[\\\\p{N}]|[^\\\\s\\\\p{L}\\\\p{N}]+\"},"
            + "\"behavior\":\"Removed\",\"invert\":true},{\"type\":\"ByteLevel\",\"add_prefix_space\":false}]}";
    private static final String POST_PROCESSOR =
            "{\"type\":\"RobertaProcessing\",\"sep\":[\"<|endoftext|>\",6]," + "\"cls\":[\"<|startoftext|>\",5]}";
    private static final String MODEL =
            "{\"type\":\"BPE\",\"unk_token\":\"<|endoftext|>\",\"end_of_word_suffix\":\"</w>\"," + "\"vocab\":"
                    + VOCABULARY + ",\"merges\":[\"a b</w>\"]}";
    private static final String JSON = "{\"added_tokens\":[{\"id\":5,\"content\":\"<|startoftext|>\",\"special\":true},"
            + "{\"id\":6,\"content\":\"<|endoftext|>\",\"special\":true}],\"normalizer\":" + NORMALIZER
            + ",\"pre_tokenizer\":" + PRE_TOKENIZER + ",\"post_processor\":" + POST_PROCESSOR + ",\"model\":" + MODEL
            + "}";

    @TempDir
    Path directory;

    @BeforeEach
    void wholeFiles() throws IOException {
        write("vocab.json", VOCABULARY);
        write("merges.txt", "#version: 0.2\na b</w>\n");
        TokenizerModel plain = TokenizerDirectory.read(directory, TokenizerProfile.HF_FAST);
        write("tokenizer.json", JSON);
        TokenizerModel json = TokenizerDirectory.read(directory, TokenizerProfile.HF_FAST);
        assertThat(json.vocabulary().size())
                .isEqualTo(plain.vocabulary().size())
                .isEqualTo(7);
        assertThat(json.end()).isEqualTo(plain.end()).isEqualTo(6);
        Files.delete(directory.resolve("tokenizer.json"));
    }

    @Test
    void noFiles() throws IOException {
        Files.delete(directory.resolve("vocab.json"));
        Files.delete(directory.resolve("merges.txt"));
        refused(Kind.MISSING, "", "has neither tokenizer.json nor vocab.json and merges.txt");
    }

    @Test
    void noMerges() throws IOException {
        Files.delete(directory.resolve("merges.txt"));
        refused(Kind.MISSING, "", "has neither tokenizer.json nor merges.txt");
    }

    @Test
    void vocabularyIsAList() throws IOException {
        write("vocab.json", "[\"a\"]");
        refused(Kind.BAD_CONFIGURATION, "vocab.json", "is a list, expected an object of tokens and their ids");
    }

    @Test
    void vocabularyIsEmpty() throws IOException {
        write("vocab.json", "{}");
        refused(Kind.BAD_CONFIGURATION, "vocab.json", "has no tokens");
    }

    @Test
    void idIsText() throws IOException {
        write("vocab.json", "{\"a\":\"0\"}");
        refused(Kind.BAD_CONFIGURATION, "vocab.json", "a: is a string, expected an integer id (line 1");
    }

    @Test
    void idIsNegative() throws IOException {
        write("vocab.json", "{\"a\":-1}");
        refused(Kind.BAD_CONFIGURATION, "vocab.json", "a: has id -1, expected one from 0 to 1000000");
    }

    @Test
    void idIsOutOfRange() throws IOException {
        write("vocab.json", "{\"a\":99999999999999999999}");
        refused(Kind.BAD_CONFIGURATION, "vocab.json", "a: has id 99999999999999999999, expected one from 0");
    }

    @Test
    void idComesTwice() throws IOException {
        write("vocab.json", "{\"a\":0,\n\"b\":0}");
        refused(Kind.BAD_CONFIGURATION, "vocab.json", "b: has id 0, which \"a\" has, too (line 2");
    }

    @Test
    void tokenComesTwice() throws IOException {
        write("vocab.json", "{\"a\":0,\"a\":1}");
        refused(Kind.MALFORMED, "vocab.json", "Duplicate field 'a'");
    }

    @Test
    void truncatedVocabulary() throws IOException {
        write("vocab.json", VOCABULARY.substring(0, 40));
        refused(Kind.TRUNCATED, "vocab.json", "ends inside of a JSON value");
    }

    @Test
    void textAfterTheVocabulary() throws IOException {
        write("vocab.json", VOCABULARY + " {}");
        refused(Kind.MALFORMED, "vocab.json", "goes on after its end");
    }

    @Test
    void mergeWithoutSpace() throws IOException {
        write("merges.txt", "#version: 0.2\nab</w>\n");
        refused(Kind.BAD_CONFIGURATION, "merges.txt", "line 2: is \"ab</w>\", expected two tokens");
    }

    @Test
    void mergeOfThree() throws IOException {
        write("merges.txt", "a b a\n");
        refused(Kind.BAD_CONFIGURATION, "merges.txt", "line 1: is \"a b a\", expected two tokens");
    }

    @Test
    void mergeOfAnUnknownPart() throws IOException {
        write("merges.txt", "#version: 0.2\na b</w>\na c</w>\n");
        refused(Kind.BAD_CONFIGURATION, "merges.txt", "line 3: the part \"c</w>\" of a merge is not in the vocabulary");
    }

    @Test
    void mergeIntoAnUnknownToken() throws IOException {
        write("merges.txt", "#version: 0.2\nb a</w>\n");
        refused(Kind.BAD_CONFIGURATION, "merges.txt", "the result \"ba</w>\" of a merge is not in the vocabulary");
    }

    @Test
    void mergesAreNoUtf8() throws IOException {
        Files.write(directory.resolve("merges.txt"), new byte[] {'a', ' ', (byte) 0xFF, '\n'});
        refused(Kind.MALFORMED, "merges.txt", "is not UTF-8");
    }

    @Test
    void mergesAreHuge() throws IOException {
        try (RandomAccessFile file =
                new RandomAccessFile(directory.resolve("merges.txt").toFile(), "rw")) {
            file.setLength(1L << 30);
        }
        refused(Kind.LIMIT, "merges.txt", "has 1073741824 bytes, more than");
    }

    @Test
    void otherModelTypes() throws IOException {
        write("tokenizer.json", JSON.replace("\"BPE\"", "\"WordPiece\""));
        refused(Kind.UNSUPPORTED, "tokenizer.json", "model.type: is \"WordPiece\", only \"BPE\" is supported");
        write("tokenizer.json", "{\"model\":{\"type\":\"Unigram\",\"unk_id\":0,\"vocab\":[[\"a\",-1.5]]}}");
        refused(Kind.UNSUPPORTED, "tokenizer.json", "model.type: is \"Unigram\", only \"BPE\" is supported");
    }

    @Test
    void otherWordEnd() throws IOException {
        write("tokenizer.json", JSON.replace("\"end_of_word_suffix\":\"</w>\"", "\"end_of_word_suffix\":null"));
        refused(Kind.UNSUPPORTED, "tokenizer.json", "model.end_of_word_suffix: is null, only \"</w>\"");
    }

    @Test
    void noWordEnd() throws IOException {
        write("tokenizer.json", JSON.replace("\"end_of_word_suffix\":\"</w>\",", ""));
        refused(Kind.BAD_CONFIGURATION, "tokenizer.json", "model.end_of_word_suffix: is missing");
    }

    @Test
    void unknownTokenIsANumber() throws IOException {
        write("tokenizer.json", JSON.replace("\"unk_token\":\"<|endoftext|>\"", "\"unk_token\":6"));
        refused(Kind.BAD_CONFIGURATION, "tokenizer.json", "model.unk_token: is 6, expected a string or null");
    }

    @Test
    void emptyToken() throws IOException {
        write("added_tokens.json", "{\"\":7}");
        refused(Kind.BAD_CONFIGURATION, "added_tokens.json", "is an empty token");
    }

    @Test
    void noMergesInTokenizerJson() throws IOException {
        write("tokenizer.json", JSON.replace(",\"merges\":[\"a b</w>\"]", ""));
        refused(Kind.BAD_CONFIGURATION, "tokenizer.json", "model.merges: is missing");
    }

    @Test
    void mergeOfOtherTypes() throws IOException {
        write("tokenizer.json", JSON.replace("[\"a b</w>\"]", "[[\"a\",\"b</w>\"],[\"a\",2]]"));
        refused(Kind.BAD_CONFIGURATION, "tokenizer.json", "model.merges[1]: is [\"a\",2], expected a string or a list");
    }

    @Test
    void unknownNormalizer() throws IOException {
        write("tokenizer.json", JSON.replace("{\"type\":\"NFC\"}", "{\"type\":\"NFKC\"}"));
        refused(Kind.UNSUPPORTED, "tokenizer.json", "normalizer: is {\"type\":\"NFKC\"}, known are NFC");
    }

    @Test
    void unknownSplit() throws IOException {
        write("tokenizer.json", JSON.replace("\"Removed\"", "\"Isolated\""));
        refused(Kind.UNSUPPORTED, "tokenizer.json", "pre_tokenizer: is {");
    }

    @Test
    void framingTokenWithAnotherId() throws IOException {
        write("tokenizer.json", JSON.replace("\"sep\":[\"<|endoftext|>\",6]", "\"sep\":[\"<|endoftext|>\",4]"));
        refused(Kind.BAD_CONFIGURATION, "tokenizer.json", "post_processor.sep: gives \"<|endoftext|>\" id 4");
    }

    @Test
    void deepNesting() throws IOException {
        write("tokenizer.json", "{\"truncation\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}");
        refused(Kind.LIMIT, "tokenizer.json", "nesting depth");
        write("tokenizer.json", "{\"normalizer\":" + "{\"a\":".repeat(100_000) + "1" + "}".repeat(100_000) + "}");
        refused(Kind.LIMIT, "tokenizer.json", "nesting depth");
    }

    @Test
    void longToken() throws IOException {
        write("vocab.json", "{\"" + "a".repeat(1 << 20) + "\":0}");
        refused(Kind.LIMIT, "vocab.json", "ame length");
    }

    @Test
    void padTokenIsNotInTheVocabulary() throws IOException {
        write("tokenizer_config.json", "{\"pad_token\":\"<pad>\"}");
        refused(
                Kind.BAD_CONFIGURATION,
                "tokenizer_config.json",
                "pad_token: the token \"<pad>\" is not in the vocabulary");
    }

    @Test
    void padTokenIsANumber() throws IOException {
        write("special_tokens_map.json", "{\"pad_token\":0}");
        refused(Kind.BAD_CONFIGURATION, "special_tokens_map.json", "pad_token: is neither a string nor a token object");
    }

    @Test
    void tokenObjectWithoutContent() throws IOException {
        write("tokenizer_config.json", "{\"eos_token\":{\"special\":true}}");
        refused(Kind.BAD_CONFIGURATION, "tokenizer_config.json", "eos_token: is a token without a text as \"content\"");
    }

    @Test
    void tokenThatTakesSpaces() throws IOException {
        write("tokenizer_config.json", "{\"eos_token\":{\"content\":\"<|endoftext|>\",\"lstrip\":true}}");
        refused(Kind.UNSUPPORTED, "tokenizer_config.json", "eos_token: the token \"<|endoftext|>\" has lstrip");
    }

    @Test
    void addedTokenWithTheIdOfAnother() throws IOException {
        write("added_tokens.json", "{\"<new>\":3}");
        refused(
                Kind.BAD_CONFIGURATION,
                "added_tokens.json",
                "the token \"<new>\" has id 3, which is the id of \"b</w>\"");
    }

    @Test
    void addedTokenWithTwoIds() throws IOException {
        write("tokenizer_config.json", "{\"added_tokens_decoder\":{\"7\":{\"content\":\"a\"}}}");
        refused(
                Kind.BAD_CONFIGURATION,
                "tokenizer_config.json",
                "added_tokens_decoder.7: the token \"a\" has id 7 here and 0 in the vocabulary");
    }

    @Test
    void addedTokenUnderNoId() throws IOException {
        write("tokenizer_config.json", "{\"added_tokens_decoder\":{\"x\":{\"content\":\"a\"}}}");
        refused(Kind.BAD_CONFIGURATION, "tokenizer_config.json", "added_tokens_decoder.x: is no id");
    }

    @Test
    void noUnknownTokenForMissingBytes() throws IOException {
        write("tokenizer_config.json", "{\"unk_token\":\"<unk>\"}");
        refused(
                Kind.BAD_CONFIGURATION,
                "tokenizer_config.json",
                "unk_token: the token \"<unk>\" is not in the vocabulary");
    }

    @Test
    void configurationIsNoJson() throws IOException {
        write("tokenizer_config.json", "{\"pad_token\" \"x\"}");
        refused(Kind.BAD_CONFIGURATION, "tokenizer_config.json", "not valid JSON");
    }

    private void write(String name, String content) throws IOException {
        Files.writeString(directory.resolve(name), content);
    }

    private void refused(Kind kind, String file, String problem) {
        ModelFormatException error = catchThrowableOfType(
                ModelFormatException.class, () -> TokenizerDirectory.read(directory, TokenizerProfile.HF_FAST));
        assertThat(error).isNotNull().hasMessageContaining(problem);
        assertThat(error.kind()).isEqualTo(kind);
        assertThat(error.file()).isEqualTo(directory.resolve(file).toString());
    }
}
