package dev.clipjet.convert;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Map;
import java.util.Optional;

/** The components of nested records as texts by their paths. */
final class RecordText {
    private RecordText() {}

    static void flatten(String path, Object value, Map<String, String> out) {
        if (value instanceof Optional<?> optional) {
            optional.ifPresent(present -> flatten(path, present, out));
        } else if (value instanceof Record) {
            for (RecordComponent component : value.getClass().getRecordComponents()) {
                flatten(path + "." + component.getName(), get(component, value), out);
            }
        } else {
            out.put(path, String.valueOf(value));
        }
    }

    private static Object get(RecordComponent component, Object owner) {
        try {
            return component.getAccessor().invoke(owner);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(component + " cannot be read", e);
        }
    }
}
