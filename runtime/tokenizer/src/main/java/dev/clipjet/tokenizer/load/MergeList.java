package dev.clipjet.tokenizer.load;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.tokenizer.bpe.MergeTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/** Merges as a file lists them, before their tokens are looked up in the vocabulary. */
final class MergeList {
    private static final int MAX_MERGES = 1_000_000;

    private record Merge(String left, String right) {}

    private final Path file;
    /** Where in the file the merge of a rank is. */
    private final IntFunction<String> place;

    private final List<Merge> merges = new ArrayList<>();

    MergeList(Path file, IntFunction<String> place) {
        this.file = file;
        this.place = place;
    }

    /** Adds a merge written as two tokens with a space between them. */
    void add(String text) {
        int space = text.indexOf(' ');
        if (space <= 0 || space == text.length() - 1 || text.indexOf(' ', space + 1) >= 0) {
            throw error(merges.size(), "is \"" + shown(text) + "\", expected two tokens with one space between them");
        }
        add(text.substring(0, space), text.substring(space + 1));
    }

    void add(String left, String right) {
        if (merges.size() == MAX_MERGES) {
            throw new ModelFormatException(Kind.LIMIT, file, "", "has more than " + MAX_MERGES + " merges");
        }
        merges.add(new Merge(left, right));
    }

    ModelFormatException error(int rank, String problem) {
        return new ModelFormatException(Kind.BAD_CONFIGURATION, file, place.apply(rank), problem);
    }

    int size() {
        return merges.size();
    }

    /** Looks up all tokens. */
    MergeTable resolve(Map<String, Integer> ids) {
        MergeTable.Builder table = new MergeTable.Builder(merges.size());
        for (int rank = 0; rank < merges.size(); rank++) {
            Merge merge = merges.get(rank);
            table.add(
                    id(ids, merge.left, rank, "the part"),
                    id(ids, merge.right, rank, "the part"),
                    id(ids, merge.left.concat(merge.right), rank, "the result"));
        }
        return table.build();
    }

    private int id(Map<String, Integer> ids, String token, int rank, String what) {
        Integer id = ids.get(token);
        if (id == null) {
            throw error(rank, what + " \"" + shown(token) + "\" of a merge is not in the vocabulary");
        }
        return id;
    }

    private static String shown(String text) {
        return text.length() <= 60 ? text : text.substring(0, 57) + "...";
    }
}
