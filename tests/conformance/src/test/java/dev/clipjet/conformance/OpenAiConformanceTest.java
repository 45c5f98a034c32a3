package dev.clipjet.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Checkpoints that OpenAI's code wrote, in every container, against the answers of that code. */
class OpenAiConformanceTest {

    @TestFactory
    Stream<DynamicTest> every_file_gives_the_answers_of_the_original() {
        List<CheckpointCase> cases = CheckpointCase.all("openai-").stream()
                .filter(original -> !original.isLater())
                .toList();
        assertThat(cases).hasSizeGreaterThanOrEqualTo(6);
        return cases.stream()
                .flatMap(original -> original.sources().stream()
                        .map(source -> DynamicTest.dynamicTest(
                                original.name() + "/" + source.getFileName(),
                                () -> CheckpointAnswers.check(original, source))));
    }
}
