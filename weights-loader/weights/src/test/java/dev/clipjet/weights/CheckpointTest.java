package dev.clipjet.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clipjet.error.ClosedException;
import dev.clipjet.error.InvalidInputException;
import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.model.CanonicalName;
import dev.clipjet.model.PreprocessProfile;
import dev.clipjet.model.PreprocessSpec;
import dev.clipjet.model.PreprocessSpec.Resize;
import dev.clipjet.model.PreprocessSpec.ResizeMode;
import dev.clipjet.model.PreprocessSpec.Rgb;
import dev.clipjet.model.PreprocessSpec.Size;
import dev.clipjet.model.Resampling;
import dev.clipjet.model.TensorNames;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.TokenizerProfile;
import dev.clipjet.model.VisionTransformer;
import dev.clipjet.numeric.Activation;
import dev.clipjet.numeric.ElementType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Directories built here: each of the library's quirks, and each way to be wrong. */
class CheckpointTest {
    @TempDir
    Path temp;

    private TinyModel model;

    @BeforeEach
    void build() throws IOException {
        model = new TinyModel();
    }

    @Test
    void opensAndCloses() throws IOException {
        Checkpoint checkpoint = Checkpoint.open(model.write(temp));
        assertThat(checkpoint.spec().notes())
                .containsExactly("no tokenizer.json and no vocab.json with merges.txt: texts can only be given as "
                        + "token ids");
        assertThat(checkpoint.spec().tokenizer()).isEmpty();
        assertThat(checkpoint.logitScale()).isEqualTo(0.5f);
        CanonicalName none = TensorNames.text().block(1).ln1Bias();
        assertThatThrownBy(() -> checkpoint.tensor(none))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("text.blocks.1.ln_1.bias");
        checkpoint.close();
        checkpoint.close();
        assertThatThrownBy(checkpoint::tensors).isInstanceOf(ClosedException.class);
        assertThatThrownBy(checkpoint::canonicalTensors).isInstanceOf(ClosedException.class);
        assertThatThrownBy(() -> checkpoint.tensor(TensorNames.text().tokens()))
                .isInstanceOf(ClosedException.class)
                .hasMessageContaining(temp.toString());
    }

    @Test
    void nothingStaysOpenWhetherOpeningSucceedsOrFails() throws IOException {
        Assumptions.assumeTrue(OpenFiles.areListed(), "only Linux lists them");
        model.write(temp);
        try (Checkpoint open = Checkpoint.open(temp)) {
            assertThat(open.tensors()).isNotEmpty();
            assertThat(OpenFiles.under(temp)).hasSize(1);
        }
        model.text().put("num_hidden_layers", 2);
        model.writeConfigs(temp);
        assertThat(refusal().kind()).isEqualTo(Kind.MALFORMED);
        assertThat(OpenFiles.under(temp)).isEmpty();
    }

    private static Arguments fault(String what, Kind kind, String words, Consumer<TinyModel> spoil) {
        return Arguments.of(what, kind, words, spoil);
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                fault(
                        "no class",
                        Kind.BAD_CONFIGURATION,
                        "no way to tell",
                        m -> m.config.remove(List.of("architectures", "model_type"))),
                fault("other type", Kind.UNSUPPORTED, "\"blip\"", m -> m.config.put("model_type", "blip")),
                fault(
                        "other class",
                        Kind.UNSUPPORTED,
                        "CLIPForImageClassification",
                        m -> m.config.putArray("architectures").add("CLIPForImageClassification")),
                fault(
                        "class is no list",
                        Kind.BAD_CONFIGURATION,
                        "architectures",
                        m -> m.config.put("architectures", "CLIPModel")),
                fault(
                        "a billion layers",
                        Kind.BAD_CONFIGURATION,
                        "num_hidden_layers: is 1000000000",
                        m -> m.text().put("num_hidden_layers", 1_000_000_000)),
                fault(
                        "more layers than the weights have tensors for",
                        Kind.MALFORMED,
                        "model.safetensors: blocks: has 46 tensors, too few for the 900 blocks",
                        m -> m.text().put("num_hidden_layers", 900)),
                fault(
                        "more than a long",
                        Kind.BAD_CONFIGURATION,
                        "vision_config.hidden_size",
                        m -> m.vision().put("hidden_size", new java.math.BigInteger("9".repeat(30)))),
                fault(
                        "width is negative",
                        Kind.BAD_CONFIGURATION,
                        "is -8",
                        m -> m.vision().put("hidden_size", -8)),
                fault(
                        "width is text",
                        Kind.BAD_CONFIGURATION,
                        "\"8\", expected an integer",
                        m -> m.vision().put("hidden_size", "8")),
                fault(
                        "width is a fraction",
                        Kind.BAD_CONFIGURATION,
                        "8.5, expected an integer",
                        m -> m.vision().put("hidden_size", 8.5)),
                fault(
                        "heads do not divide",
                        Kind.BAD_CONFIGURATION,
                        "does not divide the hidden_size 8",
                        m -> m.text().put("num_attention_heads", 3)),
                fault(
                        "no heads",
                        Kind.BAD_CONFIGURATION,
                        "num_attention_heads: is 0",
                        m -> m.text().put("num_attention_heads", 0)),
                fault(
                        "default heads do not divide",
                        Kind.BAD_CONFIGURATION,
                        "is 12",
                        m -> m.vision().remove("num_attention_heads")),
                fault(
                        "eps of zero",
                        Kind.BAD_CONFIGURATION,
                        "layer_norm_eps: is 0.0",
                        m -> m.text().put("layer_norm_eps", 0)),
                fault(
                        "eps is text",
                        Kind.BAD_CONFIGURATION,
                        "expected a finite number",
                        m -> m.text().put("layer_norm_eps", "tiny")),
                fault("activation", Kind.UNSUPPORTED, "\"relu\"", m -> m.text().put("hidden_act", "relu")),
                fault(
                        "activation is a number",
                        Kind.BAD_CONFIGURATION,
                        "hidden_act",
                        m -> m.text().put("hidden_act", 3)),
                fault(
                        "gray images",
                        Kind.UNSUPPORTED,
                        "num_channels: is 1",
                        m -> m.vision().put("num_channels", 1)),
                fault(
                        "patch larger than image",
                        Kind.BAD_CONFIGURATION,
                        "larger than the image_size 6",
                        m -> m.vision().put("patch_size", 7)),
                fault(
                        "end token outside",
                        Kind.BAD_CONFIGURATION,
                        "eos_token_id: is 20",
                        m -> m.text().put("eos_token_id", 20)),
                fault(
                        "default end token outside",
                        Kind.BAD_CONFIGURATION,
                        "49407 by default",
                        m -> m.text().remove("eos_token_id")),
                fault(
                        "projection of zero",
                        Kind.BAD_CONFIGURATION,
                        "projection_dim: is 0",
                        m -> m.config.put("projection_dim", 0)),
                fault(
                        "text_config is a list",
                        Kind.BAD_CONFIGURATION,
                        "text_config",
                        m -> m.config.putArray("text_config")),
                fault(
                        "dict is text",
                        Kind.BAD_CONFIGURATION,
                        "vision_config_dict",
                        m -> m.config.put("vision_config_dict", "none")),
                fault(
                        "quantized",
                        Kind.UNSUPPORTED,
                        "quantization_config",
                        m -> m.config.putObject("quantization_config").put("bits", 4)),
                fault(
                        "pruned heads",
                        Kind.UNSUPPORTED,
                        "text_config.pruned_heads",
                        m -> m.text().putObject("pruned_heads").putArray("0").add(1)),
                fault(
                        "custom code",
                        Kind.UNSUPPORTED,
                        "auto_map",
                        m -> m.config.putObject("auto_map").put("AutoModel", "model.Mine")),
                fault(
                        "missing tensor",
                        Kind.MALFORMED,
                        "\"vision_model.encoder.layers.0.mlp.fc2.bias\": is missing",
                        m -> m.tensors.remove("vision_model.encoder.layers.0.mlp.fc2.bias")),
                fault(
                        "missing layer",
                        Kind.MALFORMED,
                        "and 15 more that the configuration calls for",
                        m -> m.text().put("num_hidden_layers", 2)),
                fault(
                        "missing k of three",
                        Kind.MALFORMED,
                        "k_proj.weight",
                        m -> m.tensors.remove("text_model.encoder.layers.0.self_attn.k_proj.weight")),
                fault(
                        "missing projection",
                        Kind.MALFORMED,
                        "text_projection.weight",
                        m -> m.tensors.remove("text_projection.weight")),
                fault(
                        "other shape",
                        Kind.MALFORMED,
                        "has shape [19, 8], the configuration calls for [20, 8]",
                        m -> m.put("text_model.embeddings.token_embedding.weight", 19, 8)),
                fault("transposed", Kind.MALFORMED, "has shape [8, 4]", m -> m.put("visual_projection.weight", 8, 4)),
                fault(
                        "flattened convolution",
                        Kind.MALFORMED,
                        "calls for [8, 3, 3, 3]",
                        m -> m.put("vision_model.embeddings.patch_embedding.weight", 8, 27)),
                fault(
                        "other grid",
                        Kind.MALFORMED,
                        "has shape [10, 8], the configuration calls for [5, 8]",
                        m -> m.put("vision_model.embeddings.position_embedding.weight", 10, 8)),
                fault(
                        "type of a weight",
                        Kind.UNSUPPORTED,
                        "has dtype F64",
                        m -> m.dtypes.put("text_projection.weight", ElementType.F64)),
                fault(
                        "type of the scale",
                        Kind.UNSUPPORTED,
                        "\"logit_scale\": has dtype I32",
                        m -> m.dtypes.put("logit_scale", ElementType.I32)),
                fault("shape of the scale", Kind.MALFORMED, "\"logit_scale\"", m -> m.put("logit_scale", 2)),
                fault(
                        "size of the crop",
                        Kind.BAD_CONFIGURATION,
                        "gives 5 x 6 pixels, but the model takes 6 x 6",
                        m -> m.preprocessor
                                .putObject("crop_size")
                                .put("height", 5)
                                .put("width", 6)),
                fault(
                        "default crop",
                        Kind.BAD_CONFIGURATION,
                        "gives 224 x 224 pixels",
                        m -> m.preprocessor.remove("crop_size")),
                fault(
                        "squashed to another size",
                        Kind.BAD_CONFIGURATION,
                        "size: gives 7 x 6",
                        m -> m.preprocessor
                                .put("do_center_crop", false)
                                .putArray("size")
                                .add(7)
                                .add(6)),
                fault(
                        "longest edge",
                        Kind.UNSUPPORTED,
                        "longest_edge",
                        m -> m.preprocessor.putObject("size").put("longest_edge", 6)),
                fault(
                        "size of nothing",
                        Kind.BAD_CONFIGURATION,
                        "size.height: is missing",
                        m -> m.preprocessor.putObject("size")),
                fault("size is text", Kind.BAD_CONFIGURATION, "size", m -> m.preprocessor.put("size", "large")),
                fault(
                        "crop of fractions",
                        Kind.BAD_CONFIGURATION,
                        "crop_size",
                        m -> m.preprocessor.putArray("crop_size").add(6.5).add(6)),
                fault(
                        "unknown filter",
                        Kind.BAD_CONFIGURATION,
                        "resample: is 6",
                        m -> m.preprocessor.put("resample", 6)),
                fault(
                        "two means",
                        Kind.BAD_CONFIGURATION,
                        "image_mean",
                        m -> m.preprocessor.putArray("image_mean").add(0.5).add(0.5)),
                fault(
                        "deviation of zero",
                        Kind.BAD_CONFIGURATION,
                        "image_std",
                        m -> m.preprocessor
                                .putArray("image_std")
                                .add(0.5)
                                .add(0)
                                .add(0.5)),
                fault(
                        "factor of zero",
                        Kind.BAD_CONFIGURATION,
                        "rescale_factor",
                        m -> m.preprocessor.put("rescale_factor", 0)),
                fault("padding", Kind.UNSUPPORTED, "do_pad", m -> m.preprocessor.put("do_pad", true)),
                fault(
                        "switch is text",
                        Kind.BAD_CONFIGURATION,
                        "do_resize",
                        m -> m.preprocessor.put("do_resize", "yes")),
                fault(
                        "other processor",
                        Kind.UNSUPPORTED,
                        "ViTImageProcessor",
                        m -> m.preprocessor.put("image_processor_type", "ViTImageProcessor")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void refuses(String what, Kind kind, String words, Consumer<TinyModel> spoil) throws IOException {
        spoil.accept(model);
        model.write(temp);
        ModelFormatException error = refusal();
        assertThat(error.kind()).as(error.getMessage()).isEqualTo(kind);
        assertThat(error).hasMessageContaining(words);
        assertThat(error.file()).startsWith(temp.toString());
    }

    private ModelFormatException refusal() {
        ModelFormatException error = catchThrowableOfType(
                ModelFormatException.class, () -> Checkpoint.open(temp).close());
        assertThat(error).as("no error").isNotNull();
        return error;
    }

    @Test
    void whatIsNoModelDirectoryIsNamed() throws IOException {
        ModelFormatException empty = refusal();
        assertThat(empty.kind()).isEqualTo(Kind.MISSING);
        assertThat(empty).hasMessageContaining("config.json").hasMessageContaining("open_clip_config.json");
        Path nowhere = temp.resolve("nowhere");
        assertThatThrownBy(() -> Checkpoint.open(nowhere))
                .isInstanceOfSatisfying(
                        ModelFormatException.class,
                        error -> assertThat(error.kind()).isEqualTo(Kind.MISSING))
                .hasMessageContaining("nowhere");
        model.writeConfigs(temp);
        assertThat(refusal().kind()).isEqualTo(Kind.MISSING);
        assertThat(refusal()).hasMessageContaining("model.safetensors");
        Files.writeString(temp.resolve("model.fp16.safetensors"), "");
        assertThat(refusal()).hasMessageContaining("model.fp16.safetensors");
        Path archive = Files.writeString(temp.resolve("ViT-B-32.pt"), "");
        assertThat(refusal().kind()).isEqualTo(Kind.MISSING);
        assertThat(refusal()).hasMessageContaining("ViT-B-32.pt").hasMessageContaining("pytorch_model.bin");
        assertThatThrownBy(() -> Checkpoint.open(archive))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("ViT-B-32.pt");
        Path picture = Files.writeString(temp.resolve("cat.png"), "");
        assertThatThrownBy(() -> Checkpoint.open(picture))
                .isInstanceOfSatisfying(
                        ModelFormatException.class,
                        error -> assertThat(error.kind()).isEqualTo(Kind.UNSUPPORTED))
                .hasMessageContaining("is no weight file");
        Files.writeString(temp.resolve("config.json"), "{\"architectures\": [\"CLIPModel\"]} 3");
        assertThat(refusal().kind()).isEqualTo(Kind.BAD_CONFIGURATION);
        assertThat(refusal()).hasMessageContaining("line 1");
        Files.writeString(temp.resolve("config.json"), "{\"a\": 1, \"a\": 2}");
        assertThat(refusal()).hasMessageContaining("Duplicate field 'a'");
        for (byte[] bytes :
                new byte[][] {{}, {'[', ']'}, {(byte) 0xff, 'a'}, {0, 0, 'a', '{'}, {'{', '"', (byte) 0xe9}}) {
            Files.write(temp.resolve("config.json"), bytes);
            assertThat(refusal().kind()).isEqualTo(Kind.BAD_CONFIGURATION);
            assertThat(refusal().place()).startsWith("line 1");
        }
        Files.delete(temp.resolve("config.json"));
        Files.createDirectory(temp.resolve("config.json"));
        assertThat(refusal().kind()).isEqualTo(Kind.MISSING);
    }

    @Test
    void absentTowersHaveTheDefaultsOfTheirClass() throws IOException {
        model.config.remove(List.of("text_config", "vision_config"));
        model.config.putObject("vision_config_dict");
        model.preprocessor.removeAll();
        model.write(temp);
        // The weights cannot fit; the shapes in the errors are those of the defaults.
        assertThat(refusal()).hasMessageContaining("calls for [768, 3, 32, 32]");
        model.config.set("vision_config", new TinyModel().vision());
        model.config.remove("vision_config_dict");
        model.preprocessor.setAll(new TinyModel().preprocessor);
        model.writeConfigs(temp);
        assertThat(refusal()).hasMessageContaining("calls for [49408, 512]");
    }

    @Test
    void theDefaultsOfADictOverrideTheOtherObjectToo() throws IOException {
        // The library makes a complete object of the _dict, so its missing hidden_act is quick_gelu, not gelu.
        ObjectNode dict = model.text().deepCopy();
        model.config.set("text_config_dict", dict);
        model.text().put("hidden_act", "gelu").put("num_attention_heads", 4);
        model.vision().put("hidden_act", "gelu_new");
        try (Checkpoint checkpoint = Checkpoint.open(model.write(temp))) {
            assertThat(checkpoint
                            .spec()
                            .text()
                            .map(TextTransformer.class::cast)
                            .orElseThrow()
                            .blocks()
                            .activation())
                    .isEqualTo(Activation.QUICK_GELU);
            assertThat(checkpoint
                            .spec()
                            .text()
                            .map(TextTransformer.class::cast)
                            .orElseThrow()
                            .blocks()
                            .heads())
                    .isEqualTo(2);
            assertThat(checkpoint
                            .spec()
                            .vision()
                            .map(VisionTransformer.class::cast)
                            .orElseThrow()
                            .blocks()
                            .activation())
                    .isEqualTo(Activation.GELU_TANH);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "quick_gelu, QUICK_GELU",
        "gelu, GELU",
        "gelu_python, GELU",
        "gelu_pytorch_tanh, GELU_TANH",
        "gelu_new, GELU_TANH",
        "gelu_fast, GELU_TANH"
    })
    void activationsByTheLibrarysNames(String name, Activation activation) throws IOException {
        model.vision().put("hidden_act", name).put("layer_norm_eps", 1e-6);
        try (Checkpoint checkpoint = Checkpoint.open(model.write(temp))) {
            assertThat(checkpoint
                            .spec()
                            .vision()
                            .map(VisionTransformer.class::cast)
                            .orElseThrow()
                            .blocks()
                            .activation())
                    .isEqualTo(activation);
            assertThat(checkpoint
                            .spec()
                            .vision()
                            .map(VisionTransformer.class::cast)
                            .orElseThrow()
                            .blocks()
                            .layerNormEps())
                    .isEqualTo(1e-6);
        }
    }

    @Test
    void whatIsIgnoredIsNoted() throws IOException {
        model.config.put("novelty", 1).put("return_dict", true);
        model.text().put("rope_theta", 10000).put("projection_dim", 512);
        model.preprocessor.put("sharpen", true).put("do_convert_rgb", false);
        model.put("text_model.embeddings.position_ids", 1, 6);
        model.dtypes.put("text_model.embeddings.position_ids", ElementType.I64);
        model.put("vision_model.embeddings.position_ids", 1, 5);
        model.put("extra.weight", 3);
        model.put("logit_bias", 1);
        model.tensors.remove("logit_scale");
        model.config.put("logit_scale_init_value", 3.5);
        try (Checkpoint checkpoint = Checkpoint.open(model.write(temp))) {
            assertThat(checkpoint.logitScale()).isEqualTo(3.5f);
            assertThat(checkpoint.logitBias()).isEmpty();
            assertThat(checkpoint.spec().notes())
                    .satisfiesExactlyInAnyOrder(
                            note -> assertThat(note).contains("unknown key novelty"),
                            note -> assertThat(note).contains("unknown key text_config.rope_theta"),
                            note -> assertThat(note).contains("text_config.projection_dim is 512 and has no effect"),
                            note -> assertThat(note).contains("unknown key sharpen"),
                            note -> assertThat(note).contains("do_convert_rgb is off"),
                            note -> assertThat(note).contains("no tokenizer.json"),
                            note -> assertThat(note).contains("2 tensors", "extra.weight", "logit_bias"),
                            note -> assertThat(note).contains("no logit_scale").contains("3.5"));
        }
    }

    @Test
    void everyFormOfSizeAndSwitchIsRead() throws IOException {
        model.preprocessor
                .put("size", 9)
                .put("crop_size", 6)
                .put("resample", 1)
                .put("do_rescale", false)
                .put("do_normalize", false);
        PreprocessSpec plain = preprocess();
        assertThat(plain.resize()).contains(new Resize(ResizeMode.SHORTEST, Size.square(9)));
        assertThat(plain.crop()).contains(Size.square(6));
        assertThat(plain.resampling()).isEqualTo(Resampling.LANCZOS);
        assertThat(plain.rescaleFactor()).isZero();
        assertThat(plain.mean()).isEqualTo(new Rgb(0, 0, 0));
        assertThat(plain.std()).isEqualTo(new Rgb(1, 1, 1));

        model.preprocessor.put("do_center_crop", false).put("do_rescale", true).put("rescale_factor", 0.5);
        model.preprocessor.putObject("size").put("height", 6).put("width", 6);
        PreprocessSpec squash = preprocess();
        assertThat(squash.resize()).contains(new Resize(ResizeMode.SQUASH, Size.square(6)));
        assertThat(squash.crop()).isEmpty();
        assertThat(squash.rescaleFactor()).isEqualTo(0.5);

        model.preprocessor.put("do_resize", false);
        assertThat(preprocess().resize()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "4.46.3, CLIPImageProcessor, HF_SLOW, HF_FAST",
                "4.46.3, CLIPImageProcessorFast, HF_FAST, HF_FAST",
                "4.19.0.dev0, -, HF_SLOW, HF_FAST",
                "-, CLIPFeatureExtractor, HF_SLOW, HF_FAST",
                "5.0.0, CLIPImageProcessor, HF_FAST, HF_V5",
                "5.23.0, CLIPImageProcessorPil, HF_V5_PIL, HF_V5",
                "nightly, CLIPImageProcessor, HF_SLOW, HF_FAST"
            })
    void profilesFollowTheVersionAndTheProcessor(
            String version, String processor, PreprocessProfile images, TokenizerProfile texts) throws IOException {
        model.config.put("transformers_version", version);
        model.preprocessor.put("image_processor_type", processor);
        Files.writeString(temp.resolve("vocab.json"), "{}");
        Files.writeString(temp.resolve("merges.txt"), "");
        try (Checkpoint checkpoint = Checkpoint.open(model.write(temp))) {
            assertThat(checkpoint.spec().preprocess().orElseThrow().profile()).isEqualTo(images);
            assertThat(checkpoint.spec().preprocess().orElseThrow().reason()).isNotBlank();
            assertThat(checkpoint.spec().tokenizer().orElseThrow().profile()).isEqualTo(texts);
            assertThat(checkpoint.spec().tokenizer().orElseThrow().contextLength())
                    .isEqualTo(6);
        }
    }

    @Test
    void theProcessorOfVersion5ComesFirst() throws IOException {
        model.write(temp);
        Files.writeString(
                temp.resolve("processor_config.json"),
                "{\"image_processor\":{\"size\":7,\"crop_size\":6},\"processor_class\":\"CLIPProcessor\"}");
        assertThat(preprocess().resize()).contains(new Resize(ResizeMode.SHORTEST, Size.square(7)));
        Files.writeString(temp.resolve("processor_config.json"), "{\"processor_class\":\"CLIPProcessor\"}");
        assertThat(preprocess().resize()).contains(new Resize(ResizeMode.SHORTEST, Size.square(6)));
    }

    @Test
    void withoutAPreprocessorTheUsualOneIsAssumedAndNoted() throws IOException {
        model.write(temp);
        Files.delete(temp.resolve("preprocessor_config.json"));
        try (Checkpoint checkpoint = Checkpoint.open(temp)) {
            PreprocessSpec preprocess = checkpoint.spec().preprocess().orElseThrow();
            assertThat(preprocess.crop()).contains(Size.square(6));
            assertThat(preprocess.std()).isEqualTo(PreprocessSpec.OPENAI_STD);
            assertThat(checkpoint.spec().notes()).anyMatch(note -> note.contains("no preprocessor_config.json"));
        }
    }

    private PreprocessSpec preprocess() throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(model.write(temp))) {
            return checkpoint.spec().preprocess().orElseThrow();
        }
    }

    @Test
    void aSingleTowerMayNestItsConfigurationAndDropItsLevel() throws IOException {
        model.config.putArray("architectures").add("CLIPTextModelWithProjection");
        model.text().put("projection_dim", 4);
        model.tensors.keySet().removeIf(name -> name.startsWith("vision_model."));
        for (String name : List.copyOf(model.tensors.keySet())) {
            if (name.startsWith("text_model.")) {
                model.tensors.put(name.substring("text_model.".length()), model.tensors.remove(name));
            }
        }
        try (Checkpoint checkpoint = Checkpoint.open(model.write(temp))) {
            assertThat(checkpoint.spec().vision()).isEmpty();
            assertThat(checkpoint.spec().preprocess()).isEmpty();
            assertThat(checkpoint.spec().text().orElseThrow().projectionDim()).isEqualTo(4);
            assertThat(checkpoint.tensor(TensorNames.text().tokens()).rows()).isEqualTo(20);
        }
    }

    @Test
    void withoutArchitecturesTheWeightsTellWhetherThereIsAProjection() throws IOException {
        ObjectNode vision = model.vision();
        model.config.removeAll();
        model.config.setAll(vision);
        model.config.put("model_type", "clip_vision_model").put("projection_dim", 4);
        model.tensors.keySet().removeIf(name -> name.startsWith("text"));
        try (Checkpoint checkpoint = Checkpoint.open(model.write(temp))) {
            assertThat(checkpoint.spec().vision().orElseThrow().projectionDim()).isEqualTo(4);
        }
        model.tensors.remove("visual_projection.weight");
        try (Checkpoint checkpoint = Checkpoint.open(model.write(temp))) {
            assertThat(checkpoint.spec().vision().orElseThrow().projectionDim()).isZero();
        }
    }

    @Test
    void shardsAreReadThroughTheirIndex() throws IOException {
        writeShards();
        try (Checkpoint checkpoint = Checkpoint.open(temp)) {
            assertThat(checkpoint.tensors()).hasSize(model.tensors.size());
        }
    }

    private ObjectNode writeShards() throws IOException {
        model.writeConfigs(temp);
        List<String> names = new ArrayList<>(model.tensors.keySet());
        int half = names.size() / 2;
        model.writeTensors(temp.resolve("one.safetensors"), names.subList(0, half));
        model.writeTensors(temp.resolve("two.safetensors"), names.subList(half, names.size()));
        ObjectNode index = TinyModel.JSON.createObjectNode();
        ObjectNode map = index.putObject("weight_map");
        for (String name : names) {
            map.put(name, names.indexOf(name) < half ? "one.safetensors" : "two.safetensors");
        }
        writeIndex(index);
        return index;
    }

    private void writeIndex(ObjectNode index) throws IOException {
        TinyModel.JSON.writeValue(temp.resolve("model.safetensors.index.json").toFile(), index);
    }

    @ParameterizedTest
    @CsvSource({
        "../one.safetensors, MALFORMED, plain name",
        "/etc/passwd, MALFORMED, plain name",
        "sub\\one.safetensors, MALFORMED, plain name",
        ".., MALFORMED, plain name",
        "three.safetensors, MISSING, three.safetensors",
        "two.safetensors, MALFORMED, is not in the file"
    })
    void anIndexMustNameTheShardOfEachTensor(String shard, Kind kind, String words) throws IOException {
        ObjectNode index = writeShards();
        ((ObjectNode) index.get("weight_map")).put("logit_scale", shard);
        writeIndex(index);
        assertThat(refusal().kind()).isEqualTo(kind);
        assertThat(refusal()).hasMessageContaining(words);
    }

    @Test
    void anIndexIsChecked() throws IOException {
        ObjectNode index = writeShards();
        writeIndex((ObjectNode) TinyModel.JSON.readTree("{\"weight_map\":{}}"));
        assertThat(refusal().kind()).isEqualTo(Kind.MALFORMED);
        writeIndex((ObjectNode) TinyModel.JSON.readTree("{\"weight_map\":{\"a\":7}}"));
        assertThat(refusal().kind()).isEqualTo(Kind.BAD_CONFIGURATION);
        writeIndex(TinyModel.JSON.createObjectNode());
        assertThat(refusal()).hasMessageContaining("weight_map");
        writeIndex(index);
        model.writeTensors(temp.resolve("two.safetensors"), List.copyOf(model.tensors.keySet()));
        assertThat(refusal()).hasMessageContaining("is also in");
    }
}
