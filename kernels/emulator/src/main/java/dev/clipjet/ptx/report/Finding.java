package dev.clipjet.ptx.report;

/**
 * One error.
 *
 * @param kind its kind
 * @param kernel the entry that ran
 * @param file the PTX text
 * @param place who did it, and where
 * @param detail what is wrong, with addresses and values
 * @param other the other access or thread involved, or null
 * @param otherFile the PTX text that {@code other} is in: another one than {@code file} where a kernel of another module is involved
 */
public record Finding(
        FindingKind kind, String kernel, String file, Place place, String detail, Place other, String otherFile) {
    @Override
    public String toString() {
        return kind + " in " + kernel + ": " + detail + "\n    at " + file + " " + place
                + (other == null ? "" : "\n    and " + otherFile + " " + other);
    }
}
