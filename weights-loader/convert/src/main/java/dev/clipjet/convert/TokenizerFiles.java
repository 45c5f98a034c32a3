package dev.clipjet.convert;

import java.io.IOException;
import java.util.Map;

/** The vocabulary of OpenAI's models in Hugging Face's layout. */
@FunctionalInterface
public interface TokenizerFiles {
    /**
     * {@code vocab.json}, {@code merges.txt}, {@code tokenizer.json} and what belongs to them, by their names.
     *
     * @param contextLength most tokens of a text
     */
    Map<String, byte[]> content(int contextLength) throws IOException;
}
