package dev.clipjet.tokenizer.unicode;

/** Letters, numbers and white space of one version of Unicode, the classes by which texts are split into words. */
public final class CharacterClasses {
    public static final byte OTHER = 0;
    /** General category L. */
    public static final byte LETTER = 1;
    /** General category N. */
    public static final byte NUMBER = 2;
    /** Property White_Space. */
    public static final byte SPACE = 3;

    private final byte[] bmp = new byte[0x10000];
    private final CodePointSet letters;
    private final CodePointSet numbers;

    private CharacterClasses(int version) {
        DataFile file = DataFile.read(CharacterClasses.class, "unicode-classes.txt");
        letters = file.set("letters-" + version);
        numbers = file.set("numbers-" + version);
        for (int c = 0; c < bmp.length; c++) {
            bmp[c] = WhiteSpace.contains(c)
                    ? SPACE
                    : letters.contains(c) ? LETTER : numbers.contains(c) ? NUMBER : OTHER;
        }
    }

    /** As in tokenizers 0.20.3. */
    public static CharacterClasses unicode14() {
        return Unicode14.INSTANCE;
    }

    /** As in tokenizers 0.23.3. */
    public static CharacterClasses unicode16() {
        return Unicode16.INSTANCE;
    }

    /** As in the Python module regex 2026.11.15. */
    public static CharacterClasses unicode17() {
        return Unicode17.INSTANCE;
    }

    /** One of the constants of this class. */
    public byte of(int codePoint) {
        if (codePoint < bmp.length) {
            return bmp[codePoint];
        }
        return letters.contains(codePoint) ? LETTER : numbers.contains(codePoint) ? NUMBER : OTHER;
    }

    // Each version is read when a profile first needs it.
    private static final class Unicode14 {
        static final CharacterClasses INSTANCE = new CharacterClasses(14);
    }

    private static final class Unicode16 {
        static final CharacterClasses INSTANCE = new CharacterClasses(16);
    }

    private static final class Unicode17 {
        static final CharacterClasses INSTANCE = new CharacterClasses(17);
    }
}
