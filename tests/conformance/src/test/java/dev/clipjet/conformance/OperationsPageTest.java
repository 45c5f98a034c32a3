package dev.clipjet.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.tests.support.Golden;
import dev.clipjet.weights.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The page of operations says what executors do now. {@code -Dclipjet.operations=update} writes it anew. */
class OperationsPageTest {
    private static final Path PAGE = Path.of("../../docs/operations.md");

    /** Small models that have all operations: class token, mean pooling, ResNet. */
    private static final List<String> MODELS = List.of("hf-vit-quickgelu", "openclip-pool-avg", "openclip-rn");

    @Test
    void the_page_is_not_stale() throws IOException {
        OperationsPage page = new OperationsPage();
        for (String model : MODELS) {
            try (Checkpoint checkpoint = Checkpoint.open(Golden.folder(model))) {
                page.run(checkpoint);
            }
        }
        assertThat(page.unseen())
                .as("operations that are in none of %s", MODELS)
                .isEmpty();
        if ("update".equals(System.getProperty("clipjet.operations"))) {
            Files.createDirectories(PAGE.getParent());
            Files.writeString(PAGE, page.text());
            return;
        }
        assertThat(PAGE).as("-Dclipjet.operations=update writes it anew").hasContent(page.text());
    }
}
