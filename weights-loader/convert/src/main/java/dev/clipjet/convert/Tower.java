package dev.clipjet.convert;

/** A tower that is written without the other. */
public enum Tower {
    IMAGE,
    TEXT
}
