package dev.clipjet;

import dev.clipjet.error.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Sentences into which a label is put. The place of the label is {@code {}}.
 *
 * @param templates at least one
 */
public record PromptTemplates(List<String> templates) {
    /** Where the label goes. */
    public static final String PLACEHOLDER = "{}";

    private static final String IMAGENET = "imagenet-templates.txt";

    public PromptTemplates {
        templates = List.copyOf(templates);
        if (templates.isEmpty()) {
            throw new InvalidInputException("at least one prompt template is needed");
        }
        for (String template : templates) {
            if (!template.contains(PLACEHOLDER)) {
                throw new InvalidInputException(
                        "the prompt template \"" + template + "\" has no " + PLACEHOLDER + " where the label goes");
            }
        }
    }

    /** The given templates. */
    public static PromptTemplates of(String... templates) {
        return new PromptTemplates(List.of(templates));
    }

    /** {@code a photo of a {}.} */
    public static PromptTemplates photo() {
        return of("a photo of a {}.");
    }

    /** The 80 templates that the CLIP paper's ImageNet results were made with. */
    public static PromptTemplates imageNet() {
        try (InputStream in = PromptTemplates.class.getResourceAsStream(IMAGENET)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + IMAGENET + " is missing from the jar");
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return new PromptTemplates(
                    text.lines().filter(line -> !line.isBlank()).toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One prompt per template. */
    List<String> fill(String label) {
        return templates.stream()
                .map(template -> template.replace(PLACEHOLDER, label))
                .toList();
    }
}
