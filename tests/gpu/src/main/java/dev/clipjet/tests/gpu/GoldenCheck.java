package dev.clipjet.tests.gpu;

import dev.clipjet.engine.Engine;
import dev.clipjet.gpu.GpuEngine;
import dev.clipjet.graph.PooledToken;
import dev.clipjet.model.TextTower;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.verify.TowerVerifier;
import dev.clipjet.weights.Checkpoint;
import dev.clipjet.weights.safetensors.SafetensorsFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Embeddings of the device under test against the original's, and every operation of it against the CPU's. */
final class GoldenCheck {
    private final List<String> failures = new ArrayList<>();

    List<String> failures() {
        return failures;
    }

    /** Captured graphs, as any user runs them. */
    void embeddings(GoldenCase model, Devices devices, ElementType type) {
        try (SafetensorsFile io = model.open();
                Checkpoint checkpoint = Checkpoint.open(model.source(), model.options());
                Engine engine = GpuEngine.open(
                        devices.name(), checkpoint, devices.tested().get(), type)) {
            if (checkpoint.spec().vision().isPresent()) {
                Optional<List<byte[]>> bytes = GoldenCase.bytes(io);
                float[][] images = bytes.isPresent()
                        ? engine.embedBytes(bytes.get())
                        : engine.embedImages(
                                GoldenCase.floats(io),
                                io.tensor("pixel_values").shape().get(0).intValue());
                check(model, type, "image_features", GoldenCase.error(io, "image_features", images));
            }
            if (checkpoint.spec().text().isPresent()) {
                TextTower text = checkpoint
                        .spec()
                        .text()
                        .map(TextTransformer.class::cast)
                        .orElseThrow();
                List<int[]> ids = GoldenCase.ids(io).stream()
                        .map(each -> PooledToken.cut(text, each))
                        .toList();
                check(model, type, "text_features", GoldenCase.error(io, "text_features", engine.embedTexts(ids)));
            }
        }
    }

    private void check(GoldenCase model, ElementType type, String features, double error) {
        double tolerance = model.tolerance(features, type);
        if (!(error <= tolerance)) {
            failures.add(model.name() + " " + type.kernelCode() + " " + features + ": error " + error + ", allowed "
                    + tolerance);
        }
    }

    /** Every launch against the CPU: the results of both towers may differ by what the precision allows. */
    void operations(GoldenCase model, Devices devices, ElementType type) {
        try (SafetensorsFile io = model.open();
                Checkpoint checkpoint = Checkpoint.open(model.source(), model.options());
                var device = devices.tested().get();
                TowerVerifier verifier = new TowerVerifier(checkpoint, device, type, 1)) {
            double tolerance = TowerVerifier.tolerance(type);
            if (checkpoint.spec().vision().isPresent()) {
                GoldenCase.bytes(io)
                        .ifPresent(bytes -> verifier.images(bytes, error -> {
                            if (error.isResult() && !(error.error() <= tolerance)) {
                                failures.add(model.name() + " " + type.kernelCode() + " " + error);
                            }
                        }));
            }
            checkpoint
                    .spec()
                    .text()
                    .ifPresent(text -> verifier.texts(
                            GoldenCase.ids(io).stream()
                                    .map(each -> PooledToken.cut(text, each))
                                    .toList(),
                            error -> {
                                if (error.isResult() && !(error.error() <= tolerance)) {
                                    failures.add(model.name() + " " + type.kernelCode() + " " + error);
                                }
                            }));
        }
    }
}
