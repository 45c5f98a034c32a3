package dev.clipjet.device.faults;

import dev.clipjet.device.DeviceException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * Which call of a device fails, and the ledger of what it has handed out. Calls are counted from 1 over all handles of the device;
 * closing is never made to fail, as on hardware it is what remains possible.
 */
public final class FaultPlan {
    private final long failing;
    private final boolean sticky;
    private final Set<AutoCloseable> live = Collections.newSetFromMap(new IdentityHashMap<>());
    private final List<String> calls = new ArrayList<>();
    private boolean failed;

    private FaultPlan(long failing, boolean sticky) {
        this.failing = failing;
        this.sticky = sticky;
    }

    /** Nothing fails; counts calls. */
    public static FaultPlan none() {
        return new FaultPlan(Long.MAX_VALUE, false);
    }

    /** The call with this number fails, those behind it work. */
    public static FaultPlan once(long call) {
        return new FaultPlan(call, false);
    }

    /** The call with this number fails, and every one behind it, as after an error that poisons a context. */
    public static FaultPlan from(long call) {
        return new FaultPlan(call, true);
    }

    /** Names of the calls so far, in order. */
    public synchronized List<String> calls() {
        return List.copyOf(calls);
    }

    /** Whether a call has been made to fail. */
    public synchronized boolean hasFailed() {
        return failed;
    }

    /** What was handed out and not closed, by type. */
    public synchronized List<String> live() {
        return live.stream()
                .map(each -> each.getClass().getSimpleName())
                .sorted()
                .toList();
    }

    synchronized void call(String name) {
        calls.add(name);
        boolean fails = calls.size() == failing || sticky && calls.size() > failing;
        if (fails) {
            failed = true;
            throw new DeviceException(
                    name, 999, "CUDA_ERROR_UNKNOWN", "call " + calls.size() + " fails because the test wants it to");
        }
    }

    synchronized <T extends AutoCloseable> T opened(T resource) {
        live.add(resource);
        return resource;
    }

    synchronized void closed(AutoCloseable resource) {
        live.remove(resource);
    }
}
