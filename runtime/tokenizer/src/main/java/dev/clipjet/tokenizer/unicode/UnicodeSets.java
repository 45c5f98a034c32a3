package dev.clipjet.tokenizer.unicode;

/** Sets of code points as Python 3.11 knows them: Unicode 14. */
public final class UnicodeSets {
    private UnicodeSets() {}

    /** {@code \d} of a Python pattern: general category Nd. */
    public static CodePointSet decimalDigits() {
        return Holder.FILE.set("decimal-digits-14");
    }

    /** {@code str.isalnum} of one character. */
    public static CodePointSet alphanumeric() {
        return Holder.FILE.set("alphanumeric-14");
    }

    /** General category C, unassigned code points among it. */
    public static CodePointSet other() {
        return Holder.FILE.set("other-14");
    }

    /** General category Zs. */
    public static CodePointSet spaceSeparators() {
        return Holder.FILE.set("space-separators-14");
    }

    static CodePointSet cased() {
        return Holder.FILE.set("cased-14");
    }

    static CodePointSet caseIgnorable() {
        return Holder.FILE.set("case-ignorable-14");
    }

    private static final class Holder {
        static final DataFile FILE = DataFile.read(UnicodeSets.class, "unicode-classes.txt");
    }
}
