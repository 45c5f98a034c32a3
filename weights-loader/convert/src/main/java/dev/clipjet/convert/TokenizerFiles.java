package dev.clipjet.convert;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Writes the vocabulary of OpenAI's models in Hugging Face's layout. */
@FunctionalInterface
public interface TokenizerFiles {
    /**
     * Writes {@code vocab.json}, {@code merges.txt}, {@code tokenizer.json} and what belongs to them.
     *
     * @param contextLength most tokens of a text
     * @return names of the files
     */
    List<String> write(Path directory, int contextLength) throws IOException;
}
