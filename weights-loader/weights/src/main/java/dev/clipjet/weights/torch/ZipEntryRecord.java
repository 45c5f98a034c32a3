package dev.clipjet.weights.torch;

/**
 * An entry of a zip archive.
 *
 * @param name name as the directory has it
 * @param method 0 for stored
 * @param flags general purpose flags
 * @param compressed bytes in the file
 * @param size bytes of the content
 * @param header position of the local header
 * @param data position of the content
 */
record ZipEntryRecord(String name, int method, int flags, long compressed, long size, long header, long data) {
    private static final int ENCRYPTED = 1;

    boolean isStored() {
        return method == 0 && (flags & ENCRYPTED) == 0;
    }

    /** The byte after the content. */
    long end() {
        return data + compressed;
    }
}
