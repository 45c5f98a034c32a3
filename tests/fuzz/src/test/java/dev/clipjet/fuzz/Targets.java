package dev.clipjet.fuzz;

import dev.clipjet.ptx.tool.ArgumentTarget;
import dev.clipjet.weights.torch.PickleTarget;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.function.Consumer;

/** All targets, each with the folder of {@code corpus/} that runs start from. */
enum Targets {
    SAFETENSORS(SafetensorsTarget.class),
    PICKLE(PickleTarget.class),
    ZIP(ZipTarget.class),
    LEGACY(LegacyTarget.class),
    CONFIG(ConfigTarget.class),
    TOKENIZER(TokenizerTarget.class),
    TEXT(TextTarget.class),
    JPEG(JpegTarget.class),
    PNG(PngTarget.class),
    GIF(GifTarget.class),
    WEBP(WebpTarget.class),
    BMP(BmpTarget.class),
    TIFF(TiffTarget.class),
    ARGUMENT(ArgumentTarget.class);

    private final Class<?> type;

    Targets(Class<?> type) {
        this.type = type;
    }

    /** Its class, with a method {@code fuzzerTestOneInput} that takes an array of bytes. */
    Class<?> type() {
        return type;
    }

    /** The folder of its inputs, and its name on command lines. */
    String folder() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    static Targets of(String folder) {
        return valueOf(folder.toUpperCase(java.util.Locale.ROOT));
    }

    /** What runs one input. */
    Consumer<byte[]> runner() {
        Method method;
        try {
            method = type.getMethod("fuzzerTestOneInput", byte[].class);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
        return input -> {
            try {
                method.invoke(null, (Object) input);
            } catch (InvocationTargetException e) {
                if (e.getCause() instanceof Error error) {
                    throw error;
                }
                throw e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e.getCause());
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(e);
            }
        };
    }
}
