package dev.clipjet.convert;

/**
 * A stored tensor that the result does not have.
 *
 * @param name name in the source
 * @param reason why
 */
public record Dropped(String name, String reason) {}
