package dev.clipjet.weights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.tests.support.Golden;
import dev.clipjet.weights.file.WeightFile;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tensors are parts of their file in every container; only those that lie otherwise are copied when it is opened. */
class StoredTensorsTest {
    @ParameterizedTest
    @CsvSource({
        "hf-vit-quickgelu, ''",
        "hf-sharded-fp16, ''",
        "hf-bin, ''",
        "hf-bin-sharded, ''",
        "openai-vit-jit/model.pt, text.projection.weight vision.projection.weight",
        "openai-vit-fp32/model.pt, text.projection.weight vision.projection.weight",
        "openai-vit-state/legacy.pt, text.projection.weight vision.projection.weight",
        "openclip-vit-quickgelu/open_clip_pytorch_model.bin, text.projection.weight vision.projection.weight",
        "openclip-pth, text.projection.weight vision.projection.weight"
    })
    void only_projections_that_lie_the_other_way_are_copied(String source, String copied) {
        try (Checkpoint checkpoint = Checkpoint.open(Golden.folder().resolve(source))) {
            List<String> copies = new ArrayList<>();
            for (CanonicalTensor tensor : checkpoint.canonicalTensors()) {
                for (StoredTensor segment : tensor.segments()) {
                    if (!(segment.bytes().source() instanceof WeightFile)) {
                        copies.add(tensor.name().value());
                    }
                }
            }
            assertThat(String.join(" ", copies.stream().sorted().toList())).isEqualTo(copied);
        }
    }
}
