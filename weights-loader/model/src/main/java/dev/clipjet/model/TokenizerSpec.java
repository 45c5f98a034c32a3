package dev.clipjet.model;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How a model's texts become token ids.
 *
 * @param profile which original is reproduced
 * @param reason why this profile was chosen, for reports
 * @param directory where {@code tokenizer.json} or {@code vocab.json} and {@code merges.txt} lie; empty for the built-in
 *     vocabulary of OpenAI's models
 * @param contextLength most tokens of a text, start and end token included
 */
public record TokenizerSpec(TokenizerProfile profile, String reason, Optional<Path> directory, int contextLength) {}
