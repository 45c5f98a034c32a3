package dev.clipjet.kernels.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The committed PTX is that of the committed sources, and NVIDIA's assembler takes it for every target. */
class ManifestTest {
    private final SourceTree tree = new SourceTree(Path.of(""));

    @Test
    void ptxIsNotStale() throws IOException {
        assertThat(KernelManifest.shipped().sources())
                .as("sources changed since the PTX was built; run: mvn -Pcuda process-test-classes -pl kernels/gpu -am")
                .isEqualTo(tree.hashes())
                .containsOnlyKeys(tree.expectedFiles().toArray(new String[0]));
    }

    @Test
    void everyFileAssemblesForEveryTargetAsTheManifestSays() throws IOException {
        KernelManifest assembled = tree.assemble();
        System.out.println(assembled.text());
        assertThat(assembled.entries()).isEqualTo(KernelManifest.shipped().entries());
    }
}
