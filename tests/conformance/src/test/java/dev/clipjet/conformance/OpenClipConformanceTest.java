package dev.clipjet.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.Clip;
import dev.clipjet.error.ModelFormatException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Directories that open_clip wrote, and their weight files by name, against the answers of open_clip. */
class OpenClipConformanceTest {
    /** What the error must name, by case. */
    private static final Map<String, String> REFUSED = Map.of(
            "openclip-siglip", "timm library",
            "openclip-eva02", "timm library",
            "openclip-attnpool", "attentional pooling",
            "openclip-coca", "CoCa",
            "openclip-custom-block", "norms");

    @TestFactory
    Stream<DynamicTest> every_option_and_container_gives_the_answers_of_the_original() {
        List<CheckpointCase> cases = CheckpointCase.all("openclip-").stream()
                .filter(original -> !original.isLater())
                .toList();
        assertThat(cases).hasSizeGreaterThanOrEqualTo(21);
        return cases.stream()
                .flatMap(original -> original.sources().stream()
                        .map(source -> DynamicTest.dynamicTest(
                                original.name() + "/" + source.getFileName(),
                                () -> CheckpointAnswers.check(original, source))));
    }

    @TestFactory
    Stream<DynamicTest> later_families_are_refused_by_what_is_missing() {
        List<CheckpointCase> cases = CheckpointCase.all("openclip-").stream()
                .filter(CheckpointCase::isLater)
                .toList();
        assertThat(cases).extracting(CheckpointCase::name).containsExactlyInAnyOrderElementsOf(REFUSED.keySet());
        return cases.stream()
                .flatMap(original -> original.sources().stream()
                        .map(source -> DynamicTest.dynamicTest(
                                original.name() + "/" + source.getFileName(),
                                () -> assertThatThrownBy(() -> Clip.load(source))
                                        .isInstanceOfSatisfying(
                                                ModelFormatException.class,
                                                e -> assertThat(e.kind())
                                                        .isEqualTo(ModelFormatException.Kind.UNSUPPORTED))
                                        .hasMessageContaining(original.name())
                                        .hasMessageContaining(REFUSED.get(original.name()))
                                        .hasMessageContaining("not supported"))));
    }
}
