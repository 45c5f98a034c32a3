package dev.clipjet.ptx.syntax;

/** A PTX text that cannot be read, or that says something this emulator does not know. */
public final class PtxSyntaxException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final int line;

    /**
     * An error at a line.
     *
     * @param file name of the text
     * @param line counted from 1
     * @param problem what is wrong
     * @param text the offending text, may be empty
     */
    public PtxSyntaxException(String file, int line, String problem, String text) {
        super(file + ":" + line + ": " + problem + (text.isEmpty() ? "" : ": " + shortened(text)));
        this.file = file;
        this.line = line;
    }

    private static String shortened(String text) {
        String oneLine = text.strip().replaceAll("\\s+", " ");
        return oneLine.length() <= 160 ? oneLine : oneLine.substring(0, 157) + "...";
    }

    /** Name of the text. */
    public String file() {
        return file;
    }

    /** The line, counted from 1. */
    public int line() {
        return line;
    }
}
