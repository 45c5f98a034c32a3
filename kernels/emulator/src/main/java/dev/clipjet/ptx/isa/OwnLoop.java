package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.exec.Step;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Gives each function a copy of its own of the class that loops over the lanes with it. In a class that all functions share, the
 * just-in-time compiler sees a call whose target is never known and makes 32 of them; in a copy it knows the target, and can
 * make one loop of it all.
 */
final class OwnLoop {
    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

    private record Key(Class<?> template, Class<?> function) {}

    private static final Map<Key, MethodHandle> CONSTRUCTORS = new ConcurrentHashMap<>();

    private OwnLoop() {}

    /**
     * A step of a copy of a template.
     *
     * @param template a nested class without static members, whose constructor takes the function and then registers
     * @param type the function's interface
     * @param function the function; those from one place in the program share a copy
     * @param registers the registers
     */
    static <F> Step step(Class<? extends Step> template, Class<F> type, F function, int... registers) {
        MethodHandle constructor = CONSTRUCTORS.computeIfAbsent(
                new Key(template, function.getClass()), key -> constructor(template, type, registers.length));
        Object[] arguments = new Object[registers.length + 1];
        arguments[0] = function;
        for (int i = 0; i < registers.length; i++) {
            arguments[i + 1] = registers[i];
        }
        try {
            return (Step) constructor.invokeWithArguments(arguments);
        } catch (Throwable failed) {
            throw new IllegalStateException("cannot construct " + template, failed);
        }
    }

    private static MethodHandle constructor(Class<?> template, Class<?> type, int registers) {
        Class<?>[] parameters = new Class<?>[registers + 1];
        Arrays.fill(parameters, int.class);
        parameters[0] = type;
        String file = template.getName().substring(template.getPackageName().length() + 1) + ".class";
        try (InputStream in = template.getResourceAsStream(file)) {
            MethodHandles.Lookup copy = LOOKUP.defineHiddenClass(in.readAllBytes(), false);
            return copy.findConstructor(copy.lookupClass(), MethodType.methodType(void.class, parameters));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (IllegalAccessException | NoSuchMethodException failed) {
            throw new IllegalStateException("cannot copy " + template, failed);
        }
    }
}
