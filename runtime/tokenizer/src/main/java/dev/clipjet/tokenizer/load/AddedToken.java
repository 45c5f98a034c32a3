package dev.clipjet.tokenizer.load;

/**
 * A token that is found in a text as it is written, before the text is split into words.
 *
 * @param content its text
 * @param id its id
 * @param special whether decoding leaves it out on demand
 * @param normalized whether it is found after normalization, so in upper case too, and not before
 */
public record AddedToken(String content, int id, boolean special, boolean normalized) {}
