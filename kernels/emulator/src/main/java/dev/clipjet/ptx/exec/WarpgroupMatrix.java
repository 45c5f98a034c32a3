package dev.clipjet.ptx.exec;

import dev.clipjet.ptx.report.FindingKind;
import dev.clipjet.ptx.tensor.TensorUnit;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;

/**
 * The asynchronous matrix operations of a warp, which computes its 16 of the 64 rows of each. They read shared memory and change
 * the accumulators at any time until the warp waits for their group: at once or when it waits, by the landing mode.
 */
public final class WarpgroupMatrix {
    /** One operation: reads its operands and accumulates. */
    public interface Operation {
        /** The instruction. */
        Step step();

        /** Registers in use until the operation is done, as indices of {@link Warp#undefined}. */
        int[] registers();

        /** Computes, on what shared memory holds now. */
        void compute();
    }

    private static final class Pending {
        final Operation operation;
        final int group;
        boolean done;

        Pending(Operation operation, int group) {
            this.operation = operation;
            this.group = group;
        }
    }

    private final Warp warp;
    private final List<Pending> pending = new ArrayList<>();
    /** Registers in use by operations that are pending. */
    private final BitSet busy = new BitSet();
    /** Registers accessed since the last {@code wgmma.fence}. */
    private final BitSet touched = new BitSet();

    private TensorUnit tensor;
    private boolean fenced;
    private int openGroup;
    private int agent;
    private int stamp;

    WarpgroupMatrix(Warp warp) {
        this.warp = warp;
    }

    /** Whether operations are under way. */
    boolean underWay() {
        return !pending.isEmpty();
    }

    void reset() {
        pending.clear();
        busy.clear();
        touched.clear();
        fenced = false;
        openGroup = 0;
        agent = -1;
    }

    /** What operations compute with. */
    public TensorUnit tensor() {
        if (tensor == null) {
            tensor = new TensorUnit(256);
        }
        return tensor;
    }

    /** {@code wgmma.fence}. */
    public void fence() {
        fenced = true;
        touched.clear();
    }

    /** In whose name operations of the open group read shared memory. */
    int agent() {
        if (agent < 0) {
            agent = warp.block().agents().add();
            stamp = warp.block().agents().begin(agent, warp.index() << 5);
        }
        return agent;
    }

    /** Clock of the agent at which the open group is over. */
    int stamp() {
        return stamp;
    }

    /** Starts an operation. */
    public void start(Operation operation) {
        boolean covered = fenced;
        for (int register : operation.registers()) {
            covered &= !touched.get(register);
        }
        if (!covered) {
            warp.report(
                    FindingKind.WGMMA,
                    operation.step(),
                    0,
                    fenced
                            ? "registers of the operation were accessed since the last wgmma.fence"
                            : "no wgmma.fence before the first operation",
                    null);
        }
        Pending started = new Pending(operation, openGroup);
        if (warp.block().landsAtOnce() && pending.stream().allMatch(before -> before.done)) {
            operation.compute();
            started.done = true;
        }
        pending.add(started);
        for (int register : operation.registers()) {
            busy.set(register);
        }
    }

    /** {@code wgmma.commit_group}. */
    public void commit() {
        agent();
        openGroup++;
        stamp = warp.block().agents().begin(agent, warp.index() << 5);
    }

    /** {@code wgmma.wait_group}: at most so many of the newest groups stay pending. */
    public void await(int mask, int newest) {
        Iterator<Pending> each = pending.iterator();
        while (each.hasNext()) {
            Pending next = each.next();
            if (next.group < openGroup - newest) {
                finish(next);
                each.remove();
            }
        }
        busy.clear();
        for (Pending left : pending) {
            for (int register : left.operation.registers()) {
                busy.set(register);
            }
        }
        if (agent >= 0) {
            warp.clock().learn(mask, agent, stamp - newest - 1);
        }
    }

    private static void finish(Pending operation) {
        if (!operation.done) {
            operation.operation.compute();
            operation.done = true;
        }
    }

    /** An instruction other than a matrix operation accesses registers that such operations use. */
    void access(Step step, int lanes) {
        for (int register : step.inputs()) {
            access(step, lanes, register);
        }
        for (int register : step.outputs()) {
            access(step, lanes, register);
        }
    }

    private void access(Step step, int lanes, int register) {
        touched.set(register);
        if (busy.get(register)) {
            busy.clear(register);
            Step by = null;
            for (Pending each : pending) {
                for (int used : each.operation.registers()) {
                    by = used == register ? each.operation.step() : by;
                }
            }
            int lane = Integer.numberOfTrailingZeros(lanes);
            warp.report(
                    FindingKind.WGMMA,
                    step,
                    lane,
                    "a register is accessed while an asynchronous matrix operation uses it",
                    by == null ? null : warp.place(by.pc(), lane));
        }
    }

    /** The block ends. */
    void end() {
        if (!pending.isEmpty()) {
            warp.report(
                    FindingKind.NEVER_WAITED,
                    pending.get(0).operation.step(),
                    0,
                    "the block ends with an asynchronous matrix operation that the warp never waited for",
                    null);
        }
        pending.clear();
    }
}
