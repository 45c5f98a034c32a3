package dev.clipjet.ptx.tool;

/** Numbers of things in words. */
final class Counted {
    private Counted() {}

    /** {@code no findings}, {@code 1 finding}, {@code 2 findings}. */
    static String of(long count, String noun) {
        return (count == 0 ? "no" : Long.toString(count)) + " " + noun + (count == 1 ? "" : "s");
    }
}
