package dev.clipjet.gpu;

import dev.clipjet.graph.Capacity;
import dev.clipjet.graph.TowerGraph;
import dev.clipjet.numeric.ElementType;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntToDoubleFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses between the plans that there are for a tower at a capacity. Where there is more than one, each runs on the device and the
 * fastest is taken; the process measures a tower and capacity once.
 */
final class PlanChoice {
    /** What was measured, and so need not be again. */
    private record Key(String device, ElementType type, TowerGraph tower, Capacity capacity, List<String> lowerings) {}

    private static final Logger LOG = LoggerFactory.getLogger(PlanChoice.class);
    private static final Map<Key, Integer> MEASURED = new ConcurrentHashMap<>();

    private final String device;
    private final ElementType type;

    /** @param device what it calls itself */
    PlanChoice(String device, ElementType type) {
        this.device = device;
        this.type = type;
    }

    /**
     * The index of the plan to take.
     *
     * @param lowerings names of those that made the plans, at least one
     * @param microseconds how long a run of the plan of an index takes on the device
     */
    int of(TowerGraph tower, Capacity capacity, List<String> lowerings, IntToDoubleFunction microseconds) {
        if (lowerings.size() == 1) {
            return 0;
        }
        Key key = new Key(device, type, tower, capacity, List.copyOf(lowerings));
        Integer known = MEASURED.get(key);
        if (known == null) {
            known = fastest(tower, capacity, lowerings, microseconds);
            MEASURED.put(key, known);
        }
        return known;
    }

    private static int fastest(
            TowerGraph tower, Capacity capacity, List<String> lowerings, IntToDoubleFunction microseconds) {
        int best = 0;
        double least = Double.POSITIVE_INFINITY;
        StringBuilder report = new StringBuilder();
        for (int i = 0; i < lowerings.size(); i++) {
            double time = microseconds.applyAsDouble(i);
            report.append(String.format(Locale.ROOT, "; %s %.2f us", lowerings.get(i), time));
            if (time < least) {
                least = time;
                best = i;
            }
        }
        LOG.debug("{} for {}{}: {}", tower, capacity, report, lowerings.get(best));
        return best;
    }
}
