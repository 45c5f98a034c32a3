package dev.clipjet.convert;

import dev.clipjet.error.InvalidInputException;
import java.util.ServiceLoader;

/** A format that another module writes; found as a service. */
public interface ConversionTarget {
    /** Which one it is. */
    TargetFormat format();

    /**
     * Plans what is written into a folder.
     *
     * @throws InvalidInputException if the format cannot express the model, with every option that it lacks
     */
    Plan plan(ModelSource source, ConversionOptions options);

    /**
     * The module's target for a format.
     *
     * @throws InvalidInputException if no module on the path writes it
     */
    static ConversionTarget installed(TargetFormat format) {
        return ServiceLoader.load(ConversionTarget.class, ConversionTarget.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .filter(target -> target.format() == format)
                .findFirst()
                .orElseThrow(() -> new InvalidInputException("no module on the path writes the format " + format.label()
                        + "; dev.clipjet:clipjet-" + format.label() + " does"));
    }
}
