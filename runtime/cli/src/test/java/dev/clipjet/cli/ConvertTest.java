package dev.clipjet.cli;

import static dev.clipjet.cli.CliRun.golden;
import static dev.clipjet.cli.CliRun.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clipjet.Clip;
import dev.clipjet.tokenizer.ClipTokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConvertTest {
    @TempDir
    Path temp;

    private String path(String name) {
        return temp.resolve(name).toString();
    }

    @Test
    void convertsVerifiesAndReports() {
        CliRun run = run("convert", golden("openai-vit-jit/model.pt"), path("hf"), "--verify");
        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isZero();
        assertThat(run.out())
                .contains("verified 4 images and 8 texts: embeddings are equal bit for bit")
                .contains("dropped input_resolution: an integer of OpenAI's archives")
                .contains("as hf: 94 tensors, 3 dropped, 3 files");
        assertThat(run("diff", golden("openai-vit-jit/model.pt"), path("hf")).code())
                .isZero();
    }

    @Test
    void roundingIsVerifiedByDirection() {
        JsonNode report = run(
                        "convert",
                        golden("hf-vit-gelu"),
                        path("bf16"),
                        "--to",
                        "open-clip",
                        "--dtype",
                        "bf16",
                        "--verify",
                        "--json")
                .json();
        assertThat(report.at("/verified/identical").booleanValue()).isFalse();
        assertThat(report.at("/verified/least_cosine").doubleValue()).isBetween(0.999, 0.9999999);
        assertThat(report.get("tensors")).anySatisfy(tensor -> {
            assertThat(tensor.get("name").textValue()).isEqualTo("visual.transformer.resblocks.0.attn.in_proj_weight");
            assertThat(tensor.get("from")).hasSize(3);
            assertThat(tensor.get("change").textValue()).isEqualTo("fused");
            assertThat(tensor.get("from_dtype").textValue()).isEqualTo("fp32");
            assertThat(tensor.get("dtype").textValue()).isEqualTo("bf16");
            assertThat(tensor.get("overflowed").longValue()).isZero();
        });
        assertThat(report.get("files"))
                .anySatisfy(file -> assertThat(file.get("name").textValue()).isEqualTo("open_clip_config.json"));

        CliRun difference = run("diff", golden("hf-vit-gelu"), path("bf16"), "--json");
        assertThat(difference.code()).isEqualTo(Failures.DIFFERENT);
        assertThat(difference.json().get("equal").booleanValue()).isFalse();
        assertThat(difference.json().get("tensors")).anySatisfy(tensor -> {
            assertThat(tensor.get("difference").textValue()).isEqualTo("values");
            assertThat(tensor.get("max_ulp").doubleValue()).isBetween(0.1, 0.5);
            assertThat(tensor.get("second_dtype").textValue()).isEqualTo("bf16");
        });
        assertThat(run("diff", golden("hf-vit-gelu"), path("bf16")).out())
                .contains("values differ, by at most")
                .contains("(fp32, bf16)");
    }

    /** A source without tokenizer gets the files of OpenAI's vocabulary, which give the ids of the built-in one. */
    @Test
    void theVocabularyIsWrittenAlong() {
        CliRun run = run("convert", golden("openai-vit-tokens/model.pt"), path("hf"), "--report");
        assertThat(run.code()).isZero();
        assertThat(run.out())
                .contains("note: texts are tokenized as transformers does")
                .contains("fp16  from ln_final.weight");
        for (String name : new String[] {
            "vocab.json", "merges.txt", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"
        }) {
            assertThat(temp.resolve("hf").resolve(name)).exists();
        }
        String text = "A photo of 3 naïve cats' \"whiskers\", isn't it?";
        try (Clip clip = Clip.load(temp.resolve("hf"))) {
            assertThat(clip.tokenize(text)).isEqualTo(ClipTokenizer.openAi().encode(text));
        }
    }

    @Test
    void plainVocabularyFilesGiveTheSameIds() throws Exception {
        run("convert", golden("openai-vit-tokens/model.pt"), path("hf"));
        Files.delete(temp.resolve("hf/tokenizer.json"));
        String text = "A photo of 3 naïve cats";
        try (Clip clip = Clip.load(temp.resolve("hf"))) {
            assertThat(clip.tokenize(text)).isEqualTo(ClipTokenizer.openAi().encode(text));
        }
    }

    @Test
    void onnxIsWrittenButNotVerified() {
        assertThat(run("convert", golden("hf-vit-gelu"), path("onnx"), "--to", "onnx")
                        .code())
                .isZero();
        assertThat(temp.resolve("onnx/vision_model.onnx")).exists();
        assertThat(temp.resolve("onnx/text_model.onnx")).exists();
        assertThat(temp.resolve("onnx/tokenizer.json")).exists();
        assertThat(temp.resolve("onnx/preprocessor_config.json")).exists();
        CliRun run = run("convert", golden("hf-vit-gelu"), path("other"), "--to", "onnx", "--verify");
        assertThat(run.code()).isEqualTo(Failures.USAGE);
        assertThat(temp.resolve("other")).doesNotExist();
    }

    @Test
    void whatCannotBeDoneIsSaidInOneLine() {
        CliRun refused = run("convert", golden("openclip-layerscale"), path("x"));
        assertThat(refused.code()).isEqualTo(Failures.FAILED);
        assertThat(refused.err())
                .startsWith("clipjet: ")
                .contains("ls_init_value")
                .hasLineCount(1);
        assertThat(run("convert", golden("hf-vit-gelu"), path("x"), "--to", "tflite")
                        .err())
                .contains("hf, open-clip, openai, onnx");
        assertThat(run("convert", golden("hf-vit-gelu"), path("x"), "--dtype", "int8")
                        .err())
                .startsWith("clipjet: unknown --dtype")
                .contains("known are fp32, fp16, bf16, stored");
        assertThat(run("convert", golden("hf-vit-gelu"), path("x"), "--shard-size", "0")
                        .code())
                .isEqualTo(Failures.USAGE);
        assertThat(run("convert", golden("hf-vit-gelu"), path("x"), "--to", "open-clip", "--shard-size", "1GB")
                        .err())
                .contains("one file");
        assertThat(run("convert", golden("hf-vit-gelu"), golden("hf-vit-quickgelu"))
                        .err())
                .contains("nothing is overwritten");
        assertThat(temp).isEmptyDirectory();
    }

    @Test
    void towersAndShards() {
        assertThat(run("convert", golden("hf-vit-gelu"), path("text"), "--tower", "text", "--shard-size", "500KB")
                        .code())
                .isZero();
        assertThat(temp.resolve("text/model.safetensors.index.json")).exists();
        assertThat(run("inspect", path("text")).out()).contains("CLIPTextModelWithProjection");
    }
}
