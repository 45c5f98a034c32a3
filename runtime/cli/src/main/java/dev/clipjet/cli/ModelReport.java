package dev.clipjet.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clipjet.model.ImageTower;
import dev.clipjet.model.ModelSpec;
import dev.clipjet.model.ModifiedResNet;
import dev.clipjet.model.PreprocessSpec;
import dev.clipjet.model.PreprocessSpec.Rgb;
import dev.clipjet.model.PreprocessSpec.Size;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.TokenizerSpec;
import dev.clipjet.model.TransformerSpec;
import dev.clipjet.model.VisionTransformer;
import dev.clipjet.weights.CanonicalTensor;
import dev.clipjet.weights.Checkpoint;
import dev.clipjet.weights.StoredTensor;
import dev.clipjet.weights.safetensors.SafetensorsFile;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What {@code inspect} says about a model, as a tree that is printed as text or JSON. */
final class ModelReport {
    private ModelReport() {}

    static ObjectNode of(Checkpoint checkpoint) {
        ModelSpec spec = checkpoint.spec();
        ObjectNode report = Json.object()
                .put("model", checkpoint.source().toString())
                .put("family", spec.family())
                .put("format", checkpoint.format())
                .put(
                        "parameters",
                        checkpoint.canonicalTensors().stream()
                                .mapToLong(CanonicalTensor::elements)
                                .sum());
        report.set("stored", stored(checkpoint.tensors()));
        spec.vision().ifPresent(vision -> report.set("image_tower", imageTower(vision)));
        spec.text().ifPresent(text -> report.set("text_tower", text.accept(ModelReport::textTower)));
        spec.preprocess().ifPresent(preprocess -> report.set("preprocessing", preprocessing(preprocess)));
        if (spec.tokenizer().isPresent()) {
            report.set("tokenizer", tokenizer(spec.tokenizer().get()));
        } else if (spec.text().isPresent()) {
            report.putNull("tokenizer");
        }
        ObjectNode scoring = report.putObject("scoring");
        scoring.put("logit_scale", Math.exp(checkpoint.logitScale()))
                .put("logit_scale_stored", checkpoint.logitScale());
        checkpoint.logitBias().ifPresent(bias -> scoring.put("logit_bias", bias));
        scoring.put("probabilities", Labels.label(spec.scoring()));
        report.set("notes", Json.array(spec.notes()));
        return report;
    }

    static ObjectNode of(SafetensorsFile file) {
        ObjectNode report = Json.object().put("file", file.path().toString()).put("format", "safetensors");
        report.set("stored", stored(file.tensors()));
        ObjectNode metadata = report.putObject("metadata");
        file.metadata().forEach(metadata::put);
        ObjectNode tensors = report.putObject("tensor_list");
        for (StoredTensor tensor : file.tensors()) {
            tensors.put(tensor.name(), tensor.dtype() + " " + tensor.shape());
        }
        return report;
    }

    private static ObjectNode stored(List<StoredTensor> tensors) {
        Map<String, Integer> dtypes = new TreeMap<>();
        long bytes = 0;
        long elements = 0;
        for (StoredTensor tensor : tensors) {
            dtypes.merge(tensor.dtype().name(), 1, Integer::sum);
            bytes += tensor.elements() * tensor.dtype().bytes();
            elements += tensor.elements();
        }
        ObjectNode stored = Json.object()
                .put("tensors", tensors.size())
                .put("elements", elements)
                .put("bytes", bytes);
        ObjectNode counts = stored.putObject("tensors_by_dtype");
        dtypes.forEach(counts::put);
        return stored;
    }

    private static ObjectNode imageTower(ImageTower vision) {
        return vision.accept(new ImageTower.Visitor<>() {
            @Override
            public ObjectNode visit(VisionTransformer tower) {
                return transformer(tower);
            }

            @Override
            public ObjectNode visit(ModifiedResNet tower) {
                return resNet(tower);
            }
        });
    }

    private static ObjectNode transformer(VisionTransformer vision) {
        ObjectNode tower = Json.object()
                .put("image_size", vision.imageSize())
                .put("patch_size", vision.patchSize())
                .put("tokens", vision.tokens());
        return blocks(tower, vision.blocks())
                .put("class_token", vision.classToken())
                .put("norm_before_blocks", vision.normBeforeBlocks())
                .put("pooling", Labels.label(vision.pooling()))
                .put("embedding_width", vision.outputDim());
    }

    private static ObjectNode resNet(ModifiedResNet vision) {
        ObjectNode tower = Json.object().put("image_size", vision.imageSize()).put("width", vision.width());
        ArrayNode blocks = tower.putArray("blocks");
        vision.blocks().forEach(blocks::add);
        return tower.put("positions", vision.grid() + "x" + vision.grid())
                .put("pooled_width", vision.embeddingWidth())
                .put("heads", vision.heads())
                .put("batch_norm_eps", vision.batchNormEps())
                .put("embedding_width", vision.outputDim());
    }

    private static ObjectNode textTower(TextTransformer text) {
        ObjectNode tower = Json.object().put("vocabulary", text.vocabSize()).put("context", text.contextLength());
        return blocks(tower, text.blocks())
                .put("causal", text.causal())
                .put("pooling", Labels.label(text.pooling()))
                .put("end_token", text.endTokenId())
                .put("embedding_width", text.outputDim());
    }

    private static ObjectNode blocks(ObjectNode tower, TransformerSpec blocks) {
        return tower.put("width", blocks.width())
                .put("layers", blocks.layers())
                .put("heads", blocks.heads())
                .put("mlp_width", blocks.mlpWidth())
                .put("activation", Labels.label(blocks.activation()))
                .put("layer_norm_eps", blocks.layerNormEps())
                .put("layer_scale", blocks.layerScale());
    }

    private static ObjectNode preprocessing(PreprocessSpec spec) {
        return Json.object()
                .put("profile", spec.profile().label())
                .put("reason", spec.reason())
                .put(
                        "resize",
                        spec.resize()
                                .map(resize -> Labels.label(resize.mode()) + " to " + size(resize.size()))
                                .orElse("none"))
                .put("resample", Labels.label(spec.resampling()))
                .put("crop", spec.crop().map(ModelReport::size).orElse("none"))
                .put("rescale_factor", spec.rescaleFactor())
                .put("mean", rgb(spec.mean()))
                .put("std", rgb(spec.std()))
                .put("pass_order", Labels.label(spec.passOrder()));
    }

    private static ObjectNode tokenizer(TokenizerSpec spec) {
        return Json.object()
                .put("profile", spec.profile().label())
                .put("reason", spec.reason())
                .put("vocabulary", spec.directory().map(Object::toString).orElse("built in"))
                .put("context", spec.contextLength());
    }

    private static String size(Size size) {
        return size.height() + "x" + size.width();
    }

    private static String rgb(Rgb values) {
        return values.r() + " " + values.g() + " " + values.b();
    }
}
