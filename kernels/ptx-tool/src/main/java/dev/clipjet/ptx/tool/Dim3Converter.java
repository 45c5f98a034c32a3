package dev.clipjet.ptx.tool;

import dev.clipjet.device.Dim3;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code 64}, {@code 16,16} or {@code 8,8,4}. */
final class Dim3Converter implements ITypeConverter<Dim3> {
    @Override
    public Dim3 convert(String text) {
        String[] parts = text.split(",", -1);
        int[] extent = {1, 1, 1};
        if (parts.length > 3) {
            throw wrong(text);
        }
        for (int i = 0; i < parts.length; i++) {
            if (!parts[i].matches("\\d{1,9}|[12]\\d{9}")) {
                throw wrong(text);
            }
            long value = Long.parseLong(parts[i]);
            if (value < 1 || value > Integer.MAX_VALUE) {
                throw wrong(text);
            }
            extent[i] = (int) value;
        }
        return new Dim3(extent[0], extent[1], extent[2]);
    }

    private static TypeConversionException wrong(String text) {
        return new TypeConversionException("'" + text + "' is no extent; write X, X,Y or X,Y,Z, each at least 1");
    }
}
