package dev.clipjet.preprocess;

/** How a decoded image stores its pixels; the modes and their meaning are Pillow's. */
public enum PixelMode {
    /** Black and white, one byte per pixel, 0 or 255. */
    BILEVEL("1", 1),
    /** Gray. */
    L("L", 1),
    /** Gray and alpha, not premultiplied. */
    LA("LA", 2),
    /** Index into a palette of 256 RGB colors. */
    P("P", 1),
    /** Red, green, blue. */
    RGB("RGB", 3),
    /** Red, green, blue and alpha, not premultiplied. */
    RGBA("RGBA", 4),
    /** Ink coverage: 0 is no ink. */
    CMYK("CMYK", 4),
    /** 16-bit gray, low byte first. */
    I16("I;16", 2);

    private final String label;
    private final int bytesPerPixel;

    PixelMode(String label, int bytesPerPixel) {
        this.label = label;
        this.bytesPerPixel = bytesPerPixel;
    }

    /** Pillow's name of the mode. */
    public String label() {
        return label;
    }

    /** Bytes of one pixel. */
    public int bytesPerPixel() {
        return bytesPerPixel;
    }
}
