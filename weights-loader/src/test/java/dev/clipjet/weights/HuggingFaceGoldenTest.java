package dev.clipjet.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class HuggingFaceGoldenTest {
    @TestFactory
    Stream<DynamicTest> opens() throws IOException {
        List<Path> dirs;
        try (Stream<Path> l = Files.list(Golden.folder())) {
            dirs = l.filter(p -> p.getFileName().toString().startsWith("hf-"))
                    .sorted()
                    .toList();
        }
        return dirs.stream()
                .map(d -> DynamicTest.dynamicTest(d.getFileName().toString(), () -> {
                    try (Checkpoint c = Checkpoint.open(d)) {
                        System.err.println(c.spec() + " scale " + c.logitScale());
                        assertThat(c.canonicalTensors()).isNotEmpty();
                    } catch (dev.clipjet.error.ModelFormatException e) {
                        System.err.println(e.kind() + " " + e.getMessage());
                    }
                }));
    }
}
