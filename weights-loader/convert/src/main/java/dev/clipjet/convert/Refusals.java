package dev.clipjet.convert;

import dev.clipjet.error.InvalidInputException;
import java.util.ArrayList;
import java.util.List;

/** Collects what a format cannot express, so that the user hears of everything at once. */
final class Refusals {
    private final List<String> problems = new ArrayList<>();

    /** Notes a problem if there is one. */
    Refusals when(boolean condition, String problem) {
        if (condition) {
            problems.add(problem);
        }
        return this;
    }

    /** @throws InvalidInputException if there were problems, with all of them */
    void check(String source, String format) {
        if (!problems.isEmpty()) {
            throw new InvalidInputException(
                    source + ": " + format + " cannot express " + String.join("; nor ", problems));
        }
    }
}
