package dev.clipjet.tokenizer.load;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.input.FileTooLargeException;
import dev.clipjet.input.InputFiles;
import dev.clipjet.tokenizer.clean.Normalizer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads {@code vocab.json} and {@code merges.txt}. */
final class PlainBpeFiles {
    private static final long MAX_MERGES_BYTES = 64L << 20;
    private static final String HEADER = "#version";

    private PlainBpeFiles() {}

    static BpeFiles read(Path vocabulary, Path merges) {
        Map<String, Integer> ids = JsonStream.read(vocabulary, stream -> BpeVocabulary.read(stream, ""));
        return new BpeFiles(
                vocabulary,
                ids,
                merges(merges).resolve(ids),
                List.of(),
                Normalizer.CLIP,
                false,
                OptionalInt.empty(),
                OptionalInt.empty(),
                Optional.empty());
    }

    private static MergeList merges(Path file) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                InputFiles.stream(file, MAX_MERGES_BYTES), StandardCharsets.UTF_8.newDecoder()))) {
            String line = lines.readLine();
            boolean hasHeader = line != null && line.startsWith(HEADER);
            MergeList merges = new MergeList(file, rank -> "line " + (rank + (hasHeader ? 2 : 1)));
            for (line = hasHeader ? lines.readLine() : line; line != null; line = lines.readLine()) {
                if (line.isEmpty() && lines.readLine() == null) {
                    break;
                }
                merges.add(line);
            }
            return merges;
        } catch (CharacterCodingException e) {
            throw new ModelFormatException(Kind.MALFORMED, file, "", "is not UTF-8", e);
        } catch (FileTooLargeException e) {
            throw new ModelFormatException(Kind.LIMIT, file, "", e.problem(), e);
        } catch (IOException e) {
            throw new ModelFormatException(Kind.MISSING, file, "", "cannot be read: " + e.getMessage(), e);
        }
    }
}
