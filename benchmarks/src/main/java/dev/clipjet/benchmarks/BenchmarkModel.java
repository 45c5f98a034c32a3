package dev.clipjet.benchmarks;

import dev.clipjet.files.UserCache;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.synth.SynthArchitecture;
import dev.clipjet.weights.synth.SynthModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The model that is measured: a synthetic one, written once, or any directory named by a system property. */
final class BenchmarkModel {
    /** A model directory; without it, a synthetic ViT-B/32 is made in the user's cache directory and kept. */
    static final String MODEL = "clipjet.bench.model";

    /** A folder with {@code image.onnx} and {@code text.onnx} of the same model, made by peers/export_onnx.py. */
    static final String PEER = "clipjet.bench.onnx";

    private BenchmarkModel() {}

    static Path directory() throws IOException {
        String named = System.getProperty(MODEL);
        if (named != null) {
            return Path.of(named);
        }
        Path directory = UserCache.folder().resolve("bench-vit-b-32");
        if (!Files.exists(directory.resolve("config.json"))) {
            Path fresh = Files.createTempDirectory(Files.createDirectories(UserCache.folder()), "bench-");
            SynthModel.write(SynthArchitecture.of("ViT-B-32"), "", ElementType.F32, fresh);
            Files.move(fresh, directory, StandardCopyOption.ATOMIC_MOVE);
        }
        return directory;
    }

    static Path peer(String file) {
        String folder = System.getProperty(PEER);
        if (folder == null || !Files.exists(Path.of(folder, file))) {
            throw new IllegalStateException(
                    "no " + file + " for the peer: run benchmarks/peers/export_onnx.py and pass -D" + PEER
                            + "=FOLDER, or measure with -p engine=clipjet");
        }
        return Path.of(folder, file);
    }
}
