package dev.clipjet.kernels.cuda;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What has been created and not closed. With {@code -Dclipjet.trackResources=true} the place of creation is remembered and
 * reported with a leak.
 */
final class LiveResources {
    private static final boolean TRACK = Boolean.getBoolean("clipjet.trackResources");

    private final Map<Resource, Optional<Throwable>> live = Collections.synchronizedMap(new IdentityHashMap<>());

    /** Something to be released before its device. */
    interface Resource extends AutoCloseable {
        /** What it is, for a leak report: {@code 4096 bytes of device memory}. */
        String description();

        @Override
        void close();
    }

    <T extends Resource> T add(T resource) {
        live.put(resource, TRACK ? Optional.of(new Throwable("created here")) : Optional.empty());
        return resource;
    }

    /** False if it has been removed before. */
    boolean remove(Resource resource) {
        return live.remove(resource) != null;
    }

    /** Closes what is left and says what it was; nothing if there was nothing. */
    Optional<String> closeAll() {
        List<Map.Entry<Resource, Optional<Throwable>>> left;
        synchronized (live) {
            left = new ArrayList<>(live.entrySet());
        }
        if (left.isEmpty()) {
            return Optional.empty();
        }
        StringWriter report = new StringWriter();
        PrintWriter out = new PrintWriter(report);
        out.print(left.size() + " resources were not closed:");
        for (Map.Entry<Resource, Optional<Throwable>> entry : left) {
            out.print("\n  " + entry.getKey().description());
            entry.getValue().ifPresent(place -> {
                out.println();
                place.printStackTrace(out);
            });
            entry.getKey().close();
        }
        if (!TRACK) {
            out.print("\n  -Dclipjet.trackResources=true tells where they were created");
        }
        out.flush();
        return Optional.of(report.toString());
    }
}
