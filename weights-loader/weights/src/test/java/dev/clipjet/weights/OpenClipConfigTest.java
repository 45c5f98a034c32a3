package dev.clipjet.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clipjet.error.InvalidInputException;
import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.json.JsonFile;
import dev.clipjet.json.JsonObject;
import dev.clipjet.model.ImagePooling;
import dev.clipjet.model.ModifiedResNet;
import dev.clipjet.model.PreprocessSpec;
import dev.clipjet.model.PreprocessSpec.ResizeMode;
import dev.clipjet.model.PreprocessSpec.Rgb;
import dev.clipjet.model.Resampling;
import dev.clipjet.model.TextPooling;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.VisionTransformer;
import dev.clipjet.numeric.Activation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Configurations of open_clip: defaults, options, and what is refused. */
class OpenClipConfigTest {
    private static final JsonMapper JSON = new JsonMapper();

    private final ObjectNode root = JSON.createObjectNode();

    @TempDir
    Path temp;

    OpenClipConfigTest() {
        ObjectNode model = root.putObject("model_cfg");
        model.put("embed_dim", 64);
        model.putObject("vision_cfg").put("width", 128).put("layers", 2).put("patch_size", 8);
        model.putObject("text_cfg").put("width", 64).put("heads", 2).put("layers", 1);
        root.putObject("preprocess_cfg");
    }

    private JsonObject written() throws IOException {
        Path file = temp.resolve(OpenClipConfig.FILE);
        JSON.writeValue(file.toFile(), root);
        return JsonFile.readObject(file, 1 << 20);
    }

    private VisionTransformer vision() throws IOException {
        return (VisionTransformer) new OpenClipConfig(written()).vision(CheckpointOptions.NONE);
    }

    private TextTransformer text() throws IOException {
        return new OpenClipConfig(written()).text(CheckpointOptions.NONE);
    }

    private PreprocessSpec preprocess(List<String> notes) throws IOException {
        return OpenClipPreprocess.read(written(), 24, notes);
    }

    private void set(String path, String json) throws IOException {
        String[] keys = path.split("\\.", -1);
        ObjectNode object = root;
        for (int i = 0; i < keys.length - 1; i++) {
            object = object.withObjectProperty(keys[i]);
        }
        JsonNode value = JSON.readTree(json.replace('\'', '"'));
        object.set(keys[keys.length - 1], value);
    }

    private ObjectNode object(String key) {
        return (ObjectNode) root.get("model_cfg").get(key);
    }

    @Test
    void absentKeysHaveOpenClipsDefaults() throws IOException {
        object("vision_cfg").removeAll();
        object("text_cfg").removeAll();
        VisionTransformer vision = vision();
        assertThat(vision.imageSize()).isEqualTo(224);
        assertThat(vision.patchSize()).isEqualTo(16);
        assertThat(vision.blocks().width()).isEqualTo(768);
        assertThat(vision.blocks().heads()).isEqualTo(12);
        assertThat(vision.blocks().layers()).isEqualTo(12);
        assertThat(vision.blocks().mlpWidth()).isEqualTo(3072);
        assertThat(vision.blocks().activation()).isEqualTo(Activation.GELU);
        assertThat(vision.blocks().layerScale()).isFalse();
        assertThat(vision.normBeforeBlocks()).isTrue();
        assertThat(vision.pooling()).isEqualTo(ImagePooling.CLASS_TOKEN);
        assertThat(vision.projectionDim()).isEqualTo(64);
        TextTransformer text = text();
        assertThat(text.vocabSize()).isEqualTo(49408);
        assertThat(text.contextLength()).isEqualTo(77);
        assertThat(text.blocks().width()).isEqualTo(512);
        assertThat(text.blocks().heads()).isEqualTo(8);
        assertThat(text.causal()).isTrue();
        assertThat(text.pooling()).isEqualTo(TextPooling.HIGHEST_ID);
        assertThat(text.projectionBias()).isFalse();
        PreprocessSpec preprocess = preprocess(new ArrayList<>());
        assertThat(preprocess.mean()).isEqualTo(PreprocessSpec.OPENAI_MEAN);
        assertThat(preprocess.resampling()).isEqualTo(Resampling.BICUBIC);
        assertThat(preprocess.resize().orElseThrow().mode()).isEqualTo(ResizeMode.SHORTEST);
    }

    @Test
    void optionsOfTheTowersAreRead() throws IOException {
        set("model_cfg.quick_gelu", "true");
        set("model_cfg.vision_cfg.head_width", "32");
        set("model_cfg.vision_cfg.mlp_ratio", "2.9999");
        set("model_cfg.vision_cfg.ls_init_value", "0.1");
        set("model_cfg.vision_cfg.pool_type", "'avg'");
        set("model_cfg.vision_cfg.no_ln_pre", "true");
        set("model_cfg.vision_cfg.norm_kwargs", "{'eps': 1e-6}");
        set("model_cfg.vision_cfg.attentional_pool", "false");
        set("model_cfg.vision_cfg.timm_model_name", "null");
        VisionTransformer vision = vision();
        assertThat(vision.blocks().activation()).isEqualTo(Activation.QUICK_GELU);
        assertThat(vision.blocks().heads()).isEqualTo(4);
        assertThat(vision.blocks().mlpWidth()).isEqualTo(383);
        assertThat(vision.blocks().layerScale()).isTrue();
        assertThat(vision.blocks().layerNormEps()).isEqualTo(1e-6);
        assertThat(vision.normBeforeBlocks()).isFalse();
        assertThat(vision.pooling()).isEqualTo(ImagePooling.MEAN_OF_NORMED);
        set("model_cfg.vision_cfg.final_ln_after_pool", "true");
        assertThat(vision().pooling()).isEqualTo(ImagePooling.NORM_OF_MEAN);
        set("model_cfg.text_cfg.pool_type", "'eos'");
        set("model_cfg.text_cfg.vocab_size", "10");
        assertThat(text().pooling()).isEqualTo(TextPooling.END_TOKEN);
        assertThat(text().endTokenId()).isEqualTo(2);
        set("model_cfg.text_cfg.no_causal_mask", "true");
        set("model_cfg.text_cfg.proj_type", "'none'");
        set("model_cfg.text_cfg.proj_bias", "true");
        assertThat(text().causal()).isFalse();
        assertThat(text().seesPadding()).isTrue();
        assertThat(text().projectionDim()).isZero();
        assertThat(text().projectionBias()).isFalse();
    }

    @Test
    void preprocessingIsRead() throws IOException {
        set("preprocess_cfg.mean", "0.5");
        set("preprocess_cfg.std", "[0.1, 0.2, 0.3]");
        set("preprocess_cfg.interpolation", "'bilinear'");
        set("preprocess_cfg.resize_mode", "'longest'");
        set("preprocess_cfg.fill_color", "[7, 7, 7]");
        set("preprocess_cfg.size", "[999, 999]");
        set("preprocess_cfg.flavour", "'mint'");
        List<String> notes = new ArrayList<>();
        PreprocessSpec spec = preprocess(notes);
        assertThat(spec.mean()).isEqualTo(new Rgb(0.5, 0.5, 0.5));
        assertThat(spec.std()).isEqualTo(new Rgb(0.1, 0.2, 0.3));
        assertThat(spec.resampling()).isEqualTo(Resampling.BILINEAR);
        assertThat(spec.resize().orElseThrow().mode()).isEqualTo(ResizeMode.LONGEST);
        assertThat(spec.resize().orElseThrow().size().width()).isEqualTo(24);
        assertThat(spec.fillColor()).isEqualTo(7);
        assertThat(notes).hasSize(1).first().asString().contains("flavour");
    }

    private ModifiedResNet resNet(String vision) throws IOException {
        set("model_cfg.vision_cfg", vision);
        return (ModifiedResNet) new OpenClipConfig(written()).vision(CheckpointOptions.NONE);
    }

    @Test
    void aListOfLayersIsAResNet() throws IOException {
        int embedding = root.get("model_cfg").get("embed_dim").intValue();
        assertThat(resNet("{'layers': [3, 4, 6, 3], 'width': 64, 'patch_size': null}"))
                .isEqualTo(new ModifiedResNet(224, 64, List.of(3, 4, 6, 3), 32, 1e-5, embedding));
        assertThat(resNet("{'layers': [1, 2, 1, 1], 'width': 8, 'image_size': 96, 'head_width': 32}"))
                .isEqualTo(new ModifiedResNet(96, 8, List.of(1, 2, 1, 1), 8, 1e-5, embedding));
        OpenClipConfig idle = new OpenClipConfig(written());
        idle.vision(CheckpointOptions.NONE);
        assertThat(idle.notes()).isEmpty();
        set("model_cfg.vision_cfg.pool_type", "'avg'");
        OpenClipConfig noted = new OpenClipConfig(written());
        noted.vision(CheckpointOptions.NONE);
        assertThat(noted.notes()).singleElement().asString().contains("vision_cfg.pool_type: no effect on a ResNet");
        assertThatThrownBy(() -> noted.vision(CheckpointOptions.NONE.withImageSize(64)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("64 pixels");
        assertThatThrownBy(() -> noted.vision(CheckpointOptions.NONE.withVisionHeads(7)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("7 heads");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {'layers': [1, 1, 1, 1], 'width': 9}                    | BAD_CONFIGURATION | width: is 9, which the stem cannot halve
            {'layers': [1, 1, 1, 1], 'width': 0}                    | BAD_CONFIGURATION | width: is 0
            {'layers': [1, 1, 1, 1], 'width': 4096}                 | BAD_CONFIGURATION | width: is 4096
            {'layers': [1, 1, 1, 1], 'width': 8, 'head_width': 999} | BAD_CONFIGURATION | head_width: is 999
            {'layers': [1, 1, 1, 1], 'width': 8, 'head_width': 80}  | BAD_CONFIGURATION | head_width: is 80
            {'layers': [1, 1, 1, 1], 'width': 8, 'image_size': 31}  | BAD_CONFIGURATION | image_size: is 31
            {'layers': [1, 1, 1, 1], 'width': 8, 'image_size': 63}  | BAD_CONFIGURATION | leave a grid of 2, but the positions count 1
            {'layers': [1, 1, 1, 1], 'width': 8, 'image_size': 16}  | BAD_CONFIGURATION | image_size: is 16
            {'layers': [1, 1, 1, 1], 'novelty': 1}                  | UNSUPPORTED       | vision_cfg.novelty: is 1
            """, quoteCharacter = '`')
    void whatIsWrongWithAResNetIsNamed(String vision, Kind kind, String words) throws IOException {
        ModelFormatException error = catchThrowableOfType(ModelFormatException.class, () -> resNet(vision));
        assertThat(error).as("no error").isNotNull();
        assertThat(error).hasMessageContaining(words);
        assertThat(error.kind()).isEqualTo(kind);
    }

    @Test
    void theCallersOptionsReplaceThoseOfTheFile() throws IOException {
        OpenClipConfig config = new OpenClipConfig(written());
        CheckpointOptions options = CheckpointOptions.NONE
                .withVisionHeads(1)
                .withTextHeads(4)
                .withActivation(Activation.GELU_TANH)
                .withImageSize(40)
                .withContextLength(9);
        VisionTransformer vision = (VisionTransformer) config.vision(options);
        assertThat(vision.imageSize()).isEqualTo(40);
        assertThat(vision.blocks().heads()).isEqualTo(1);
        assertThat(vision.blocks().activation()).isEqualTo(Activation.GELU_TANH);
        TextTransformer text = config.text(options);
        assertThat(text.contextLength()).isEqualTo(9);
        assertThat(text.blocks().heads()).isEqualTo(4);
        assertThatThrownBy(() -> config.vision(CheckpointOptions.NONE.withVisionHeads(5)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("5 heads")
                .hasMessageContaining("image tower");
        assertThatThrownBy(() -> CheckpointOptions.NONE.withImageSize(0)).hasMessageContaining("image size is 0");
        assertThatThrownBy(() -> CheckpointOptions.NONE.withContextLength(1 << 20))
                .hasMessageContaining("context length is 1048576");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            model_cfg                                | 7                       | BAD_CONFIGURATION | model_cfg: is 7, expected an object
            model_cfg.embed_dim                      | null                    | BAD_CONFIGURATION | embed_dim: is missing
            model_cfg.embed_dim                      | 0                       | BAD_CONFIGURATION | embed_dim: is 0
            model_cfg.embed_dim                      | 1e3                     | BAD_CONFIGURATION | embed_dim: is 1000.0, expected an integer
            model_cfg.quick_gelu                     | 'yes'                   | BAD_CONFIGURATION | quick_gelu: is "yes", expected true or false
            model_cfg.init_logit_bias                | 'x'                     | BAD_CONFIGURATION | init_logit_bias
            model_cfg.vision_cfg                     | []                      | BAD_CONFIGURATION | vision_cfg: is [], expected an object
            model_cfg.text_cfg                       | null                    | BAD_CONFIGURATION | text_cfg: is missing
            model_cfg.novelty                        | 1                       | UNSUPPORTED       | model_cfg.novelty: is 1
            model_cfg.multimodal_cfg                 | {}                      | UNSUPPORTED       | CoCa
            model_cfg.vision_cfg.image_size          | [224, 224]              | BAD_CONFIGURATION | image_size: is [224,224], expected an integer
            model_cfg.vision_cfg.image_size          | 1000000000              | BAD_CONFIGURATION | image_size: is 1000000000
            model_cfg.vision_cfg.image_size          | 4                       | BAD_CONFIGURATION | patch_size: is 8, larger than the image size 4
            model_cfg.vision_cfg.width               | 99999999999             | BAD_CONFIGURATION | width: is 99999999999
            model_cfg.vision_cfg.layers              | 2000                    | BAD_CONFIGURATION | layers: is 2000
            model_cfg.vision_cfg.layers              | []                      | BAD_CONFIGURATION | layers: has 0 numbers, expected one for each of the 4 stages
            model_cfg.vision_cfg.layers              | [1, 2, 3]               | BAD_CONFIGURATION | layers: has 3 numbers
            model_cfg.vision_cfg.layers              | [1, 2, 3, 0]            | BAD_CONFIGURATION | layers: has the number 0
            model_cfg.vision_cfg.layers              | [1, 2, 3, 1.5]          | BAD_CONFIGURATION | layers: has the number 1.5
            model_cfg.vision_cfg.layers              | [1, 2, 3, 1000000]      | BAD_CONFIGURATION | layers: has the number 1000000
            model_cfg.vision_cfg.head_width          | 256                     | BAD_CONFIGURATION | head_width: is 256
            model_cfg.vision_cfg.head_width          | 40                      | BAD_CONFIGURATION | head_width: is 40
            model_cfg.vision_cfg.mlp_ratio           | -1                      | BAD_CONFIGURATION | mlp_ratio: is -1.0
            model_cfg.vision_cfg.mlp_ratio           | 1e300                   | BAD_CONFIGURATION | mlp_ratio
            model_cfg.vision_cfg.pool_type           | 'none'                  | UNSUPPORTED       | pooling "none"
            model_cfg.vision_cfg.pos_embed_type      | 'rope'                  | UNSUPPORTED       | position embeddings "rope"
            model_cfg.vision_cfg.norm_kwargs         | {'eps': 0}              | BAD_CONFIGURATION | norm_kwargs.eps: is 0
            model_cfg.vision_cfg.norm_kwargs         | {'bias': true}          | UNSUPPORTED       | norm_kwargs.bias
            model_cfg.vision_cfg.act_kwargs          | {'approximate': 'cube'} | BAD_CONFIGURATION | approximate: is "cube"
            model_cfg.vision_cfg.attentional_pool    | true                    | UNSUPPORTED       | attentional pooling
            model_cfg.vision_cfg.timm_model_name     | 'vit_base'              | UNSUPPORTED       | timm library
            model_cfg.vision_cfg.block_type          | 'custom'                | UNSUPPORTED       | blocks of the type "custom"
            model_cfg.vision_cfg.scale_fc            | true                    | UNSUPPORTED       | norms inside the MLP
            model_cfg.vision_cfg.novelty             | 1                       | UNSUPPORTED       | vision_cfg.novelty: is 1
            model_cfg.text_cfg.hf_model_name         | 'roberta-base'          | UNSUPPORTED       | transformers library
            model_cfg.text_cfg.embed_cls             | true                    | UNSUPPORTED       | class tokens
            model_cfg.text_cfg.heads                 | 7                       | BAD_CONFIGURATION | heads: is 7, which does not divide the width 64
            model_cfg.text_cfg.vocab_size            | 0                       | BAD_CONFIGURATION | vocab_size: is 0
            model_cfg.text_cfg.context_length        | 100000                  | BAD_CONFIGURATION | context_length: is 100000
            model_cfg.text_cfg.pool_type             | 'mean'                  | UNSUPPORTED       | pooling "mean"
            model_cfg.text_cfg.proj_type             | 'mlp'                   | UNSUPPORTED       | projection "mlp"
            model_cfg.text_cfg.eos_id                | 49408                   | BAD_CONFIGURATION | eos_id: is 49408
            model_cfg.text_cfg.novelty               | 'x'                     | UNSUPPORTED       | text_cfg.novelty: is "x"
            preprocess_cfg                           | 'usual'                 | BAD_CONFIGURATION | preprocess_cfg: is "usual"
            preprocess_cfg.mean                      | [1, 2]                  | BAD_CONFIGURATION | mean: is [1,2]
            preprocess_cfg.std                       | [1, 0, 1]               | BAD_CONFIGURATION | std: is [1,0,1]
            preprocess_cfg.mode                      | 'L'                     | UNSUPPORTED       | images of mode "L"
            preprocess_cfg.interpolation             | 'cubic'                 | BAD_CONFIGURATION | interpolation: is "cubic"
            preprocess_cfg.resize_mode               | 'fit'                   | BAD_CONFIGURATION | resize_mode: is "fit"
            preprocess_cfg.fill_color                | 256                     | BAD_CONFIGURATION | fill_color: is 256
            preprocess_cfg.fill_color                | [1, 2, 3]               | UNSUPPORTED       | levels of gray
            """, quoteCharacter = '`')
    void whatCannotBeReadIsNamed(String path, String json, Kind kind, String words) throws IOException {
        set(path, json);
        ModelFormatException error = catchThrowableOfType(ModelFormatException.class, () -> {
            OpenClipConfig config = new OpenClipConfig(written());
            config.vision(CheckpointOptions.NONE);
            config.text(CheckpointOptions.NONE);
            assertThat(config.initialLogitBias()).isNotNull();
            preprocess(new ArrayList<>());
        });
        assertThat(error).as("no error").isNotNull();
        assertThat(error).hasMessageContaining(words);
        assertThat(error.kind()).as(error.getMessage()).isEqualTo(kind);
        assertThat(error.file()).endsWith(OpenClipConfig.FILE);
    }

    @Test
    void quickGeluTakesNoArguments() throws IOException {
        set("model_cfg.quick_gelu", "true");
        set("model_cfg.text_cfg.act_kwargs", "{'approximate': 'tanh'}");
        assertThatThrownBy(this::text)
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("quick_gelu is true");
    }

    @Test
    void aTowerWithoutProjectionMustHaveTheWidthOfTheEmbedding() throws IOException {
        set("model_cfg.embed_dim", "32");
        set("model_cfg.text_cfg.proj_type", "'none'");
        assertThatThrownBy(this::text)
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("the width 64 is not the embed_dim 32");
    }
}
