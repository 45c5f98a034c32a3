package dev.clipjet.model;

/** Resampling filters, in the order of Pillow's ids. */
public enum Resampling {
    NEAREST,
    LANCZOS,
    BILINEAR,
    BICUBIC,
    BOX,
    HAMMING
}
