package dev.clipjet.graph;

/**
 * The most a graph can hold in one run.
 *
 * @param sequences images or texts
 * @param tokens tokens of all sequences together
 * @param patches patches of all images together; 0 for texts
 */
public record Capacity(int sequences, int tokens, int patches) {
    /** Rows of a value that stand for these. */
    public int of(Rows rows) {
        return switch (rows) {
            case SEQUENCES -> sequences;
            case TOKENS -> tokens;
            case PATCHES -> patches;
        };
    }
}
