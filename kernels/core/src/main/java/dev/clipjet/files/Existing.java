package dev.clipjet.files;

/** What becomes of something that is already there under the name of an output. */
public enum Existing {
    /** It stays, and writing fails with {@link java.nio.file.FileAlreadyExistsException}; an empty folder is no obstacle. */
    REFUSE,
    /** It is replaced in one step. Inputs, special files, and folders with other files than the output's stay refused. */
    REPLACE
}
