package dev.clipjet.ptx.race;

/**
 * How a launch numbers the grids that one of the grids before it may have overlapped, so that what threads of that one knew of them
 * can be passed on.
 *
 * @param here for each of them, by that grid's number, the launch's number; -1 for one that is over
 * @param prerequisites bits of those, by the launch's numbers, that are over when the prerequisites of that grid are
 */
public record EarlierNumbers(int[] here, int prerequisites) {
    /** The launch's bits of grids, of which that grid's are given. */
    int here(int bits) {
        int found = 0;
        for (int left = bits; left != 0; left &= left - 1) {
            int number = here[Integer.numberOfTrailingZeros(left)];
            found |= number < 0 ? 0 : 1 << number;
        }
        return found;
    }

    /** The same for a further launch, by its numbers for the launch's. */
    public EarlierNumbers then(int[] next) {
        int[] numbers = new int[here.length];
        for (int i = 0; i < here.length; i++) {
            numbers[i] = here[i] < 0 ? -1 : next[here[i]];
        }
        return new EarlierNumbers(numbers, new EarlierNumbers(next, 0).here(prerequisites));
    }
}
