package dev.clipjet.benchmarks;

import dev.clipjet.model.PassOrder;
import dev.clipjet.model.PreprocessProfile;
import dev.clipjet.model.PreprocessSpec;
import dev.clipjet.model.Resampling;
import dev.clipjet.preprocess.DecodedImage;
import dev.clipjet.preprocess.PreprocessedImage;
import dev.clipjet.preprocess.Preprocessor;
import dev.clipjet.tokenizer.ClipTokenizer;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The work beside the towers: tokenizing a caption, resizing a photo. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class HostBenchmark {
    private static final String CAPTION = "a photo of a small dog that runs along the beach at sunset";

    private final ClipTokenizer tokenizer = ClipTokenizer.openAi();
    private final Preprocessor pillow = Preprocessor.of(spec(PreprocessProfile.HF_SLOW));
    private final Preprocessor torchvision = Preprocessor.of(spec(PreprocessProfile.HF_FAST));
    private final DecodedImage photo = noise(1024, 768);

    @Benchmark
    public int[] tokenizeCaption() {
        return tokenizer.encode(CAPTION);
    }

    @Benchmark
    public PreprocessedImage resizePhotoAsPillow() {
        return pillow.crop(photo);
    }

    @Benchmark
    public PreprocessedImage resizePhotoAsTorchvision() {
        return torchvision.crop(photo);
    }

    private static PreprocessSpec spec(PreprocessProfile profile) {
        PreprocessSpec.Size size = PreprocessSpec.Size.square(224);
        return new PreprocessSpec(
                profile,
                "benchmark",
                Optional.of(new PreprocessSpec.Resize(PreprocessSpec.ResizeMode.SHORTEST, size)),
                Resampling.BICUBIC,
                Optional.of(size),
                1 / 255.0,
                PreprocessSpec.OPENAI_MEAN,
                PreprocessSpec.OPENAI_STD,
                0,
                PassOrder.HORIZONTAL_FIRST);
    }

    private static DecodedImage noise(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        new Random(1).nextBytes(rgb);
        return DecodedImage.ofRgb(width, height, rgb);
    }
}
