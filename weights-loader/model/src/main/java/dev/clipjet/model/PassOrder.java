package dev.clipjet.model;

/** Which axis Pillow resizes first where both change; the 8-bit intermediate makes the order visible in the bytes. */
public enum PassOrder {
    /** Pillow up to 12.1, and what existing embedding indexes were made with. */
    HORIZONTAL_FIRST,
    /** Pillow 13.0: vertical first where the height shrinks by more than twice as much as the width. */
    PILLOW_13
}
