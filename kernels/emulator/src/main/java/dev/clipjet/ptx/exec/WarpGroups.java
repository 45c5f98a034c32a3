package dev.clipjet.ptx.exec;

import dev.clipjet.ptx.report.FindingKind;
import java.util.Arrays;

/**
 * The groups of lanes of a warp, and the loop that runs them. Lanes that stand at the same instruction with the same return
 * stack form a group. The group at the lowest program counter runs first and joins those it meets; groups at a {@code .sync}
 * instruction park until all its members are there.
 */
final class WarpGroups {
    /** Backward branches after which a group lets others run. */
    private static final int PATIENCE = 64;

    /** What a warp could do when it was given the chance. */
    enum Outcome {
        /** It ran and could run on. */
        YIELDED,
        /** Every lane waits. */
        WAITING,
        /** Every lane has exited. */
        FINISHED
    }

    private static final int READY = 0;
    private static final int PARKED = 1;
    private static final int WAITING = 2;
    private static final int[] EMPTY = {};

    private final Warp warp;
    private final int[] mask = new int[32];
    private final int[] pc = new int[32];
    private final int[] state = new int[32];
    private final long[] ticket = new long[32];
    private final int[][] stack = new int[32][];
    /** Groups that looped for a while and let others go first. */
    private final boolean[] tired = new boolean[32];

    private int count;
    private int live;
    /** Since the warp's turn began: backward branches, and how much was polled before. */
    private int loops;

    private long polls;

    WarpGroups(Warp warp) {
        this.warp = warp;
    }

    void reset(int lanes) {
        count = 1;
        live = lanes;
        mask[0] = lanes;
        pc[0] = 0;
        state[0] = READY;
        tired[0] = false;
        stack[0] = EMPTY;
    }

    int live() {
        return live;
    }

    /** Runs until every lane waits or has exited, or a group has looped for a while. */
    Outcome run() {
        boolean moved = askWaiting();
        loops = 0;
        polls = warp.block().progress().polls();
        while (true) {
            if (count == 0) {
                return Outcome.FINISHED;
            }
            // Calls and returns may go on for long without a loop.
            warp.block().progress().check(warp, warp.code().steps()[pc[0]]);
            int next = choose();
            if (next < 0) {
                if (releaseParked()) {
                    moved = true;
                    continue;
                }
                return moved ? Outcome.YIELDED : Outcome.WAITING;
            }
            moved = true;
            if (runGroup(next)) {
                return Outcome.YIELDED;
            }
        }
    }

    /** Where groups stand, for a report of a deadlock. */
    String describe() {
        StringBuilder text = new StringBuilder();
        for (int g = 0; g < count; g++) {
            Step step = warp.code().steps()[pc[g]];
            text.append(text.length() == 0 ? "" : "; ")
                    .append("lanes ")
                    .append(String.format("%08x", mask[g]))
                    .append(" at line ")
                    .append(step.line())
                    .append(" (")
                    .append(step.text())
                    .append(')');
            MBarrier asked = warp.asked[Integer.numberOfTrailingZeros(mask[g])];
            if (asked != null) {
                text.append(" ask again and again for the ").append(asked.describe());
            }
            if (state[g] == WAITING) {
                text.append(" wait for ").append(((WaitStep) step).waitingFor(warp, ticket[g]));
            } else if (state[g] == PARKED) {
                int lane = Integer.numberOfTrailingZeros(mask[g]);
                text.append(" wait for lanes ")
                        .append(String.format("%08x", ((WarpStep) step).members(warp, lane) & live & ~mask[g]));
            }
        }
        return text.toString();
    }

    /** Mixes where all groups stand into a fingerprint of the block's state. */
    long fingerprint(long before) {
        long mixed = Circles.mix(before, count);
        for (int g = 0; g < count; g++) {
            mixed = Circles.mix(mixed, (long) mask[g] << 32 | pc[g]);
            mixed = Circles.mix(mixed, state[g] * 2L + (tired[g] ? 1 : 0));
            for (int call : stack[g]) {
                mixed = Circles.mix(mixed, call);
            }
        }
        return mixed;
    }

    /** Program counter and lane of some group that stands still. */
    int firstPc() {
        return pc[0];
    }

    int firstLane() {
        return Integer.numberOfTrailingZeros(mask[0]);
    }

    private boolean askWaiting() {
        boolean moved = false;
        for (int g = 0; g < count; g++) {
            if (state[g] == WAITING) {
                WaitStep step = (WaitStep) warp.code().steps()[pc[g]];
                if (step.passed(warp, lanes(step, mask[g]), ticket[g])) {
                    state[g] = READY;
                    pc[g]++;
                    moved = true;
                }
            }
        }
        if (moved) {
            merge();
        }
        return moved;
    }

    private int choose() {
        int best = -1;
        Schedule schedule = warp.block().schedule();
        if (schedule.adversarial() && count > 1) {
            int ready = 0;
            for (int g = 0; g < count; g++) {
                if (state[g] == READY && schedule.below(++ready) == 0) {
                    best = g;
                }
            }
            return best;
        }
        for (int g = 0; g < count; g++) {
            if (state[g] == READY
                    && (best < 0 || tired[best] && !tired[g] || tired[best] == tired[g] && isBefore(g, best))) {
                best = g;
            }
        }
        if (best >= 0 && tired[best]) {
            Arrays.fill(tired, 0, count, false);
        }
        return best;
    }

    /** Whether a group stands before another in the text; inside a function it stands where that was called. */
    private boolean isBefore(int a, int b) {
        int shared = Math.min(stack[a].length, stack[b].length);
        for (int depth = 0; depth <= shared; depth++) {
            int left = position(a, depth);
            int right = position(b, depth);
            if (left != right) {
                return left < right;
            }
        }
        return stack[a].length < stack[b].length;
    }

    /** Where a group stands in the function at a depth of its stack of calls: at a call, unless it is that function's turn. */
    private int position(int g, int depth) {
        return depth < stack[g].length ? stack[g][depth] - 1 : pc[g];
    }

    /** Runs a group until it waits, parks, ends, splits or meets another; true if it has looped long enough. */
    private boolean runGroup(int g) {
        Step[] code = warp.code().steps();
        Progress progress = warp.block().progress();
        Schedule schedule = warp.block().schedule();
        int meeting = meetingPoint(g);
        int at = pc[g];
        int here = mask[g];
        while (true) {
            Step step = code[at];
            int lanes = here;
            int guard = step.guard();
            if (guard >= 0) {
                if ((warp.undefined[step.guardUndefined()] & Warp.halves(here)) != 0) {
                    reportGuard(step, here);
                }
                int predicate = warp.predicates[guard];
                lanes &= step.guardNegated() ? ~predicate : predicate;
            }
            if (lanes != 0) {
                progress.executed(at, lanes);
            }
            switch (step.kind()) {
                case PLAIN -> {
                    if (lanes != 0) {
                        execute(step, lanes);
                    }
                    at++;
                }
                case WARP -> {
                    if (lanes != 0 && ((WarpStep) step).aligned() && lanes != live && letOthersCome(g, at)) {
                        return true;
                    }
                    if (lanes != 0 && !runTogether(g, (WarpStep) step, at, here, lanes)) {
                        return false;
                    }
                    at++;
                }
                case WAIT -> {
                    if (lanes != 0) {
                        WaitStep wait = (WaitStep) step;
                        if (wait.aligned() && lanes != live && letOthersCome(g, at)) {
                            return true;
                        }
                        if (wait.aligned() && lanes != live && schedule.whole()) {
                            diverged(step, lanes);
                        }
                        checkInputs(step, lanes);
                        long asked = wait.arrive(warp, lanes);
                        if (asked >= 0 && !wait.passed(warp, lanes, asked)) {
                            pc[g] = at;
                            ticket[g] = asked;
                            state[g] = WAITING;
                            return false;
                        }
                    }
                    at++;
                }
                case CONTROL -> {
                    int before = at;
                    progress.check(warp, step);
                    at = branch(g, (Branch) step, at, here, lanes);
                    if (at < 0) {
                        return false;
                    }
                    if (at <= before && (++loops >= PATIENCE || progress.polls() != polls)) {
                        pc[g] = at;
                        tired[g] = true;
                        if (progress.polls() == polls) {
                            progress.activity();
                        }
                        merge();
                        progress.check(warp, step);
                        return true;
                    }
                }
            }
            if (count > 1 && (at >= meeting || schedule.adversarial())) {
                pc[g] = at;
                merge();
                return false;
            }
            if (schedule.adversarial() && schedule.below(64) == 0) {
                pc[g] = at;
                split(g, schedule);
                return true;
            }
        }
    }

    /**
     * Whether a group that reached an instruction for whole warps before others of its warp can wait for them: it overtook one
     * that polls. Only the plain schedule keeps warps together like that.
     */
    private boolean letOthersCome(int g, int at) {
        boolean ready = false;
        pc[g] = at;
        for (int other = 0; other < count; other++) {
            ready |= other != g && state[other] == READY && isBefore(other, g);
        }
        if (!ready || !warp.block().schedule().whole()) {
            return false;
        }
        Arrays.fill(tired, 0, count, false);
        tired[g] = true;
        return true;
    }

    private void reportGuard(Step step, int here) {
        long bad = warp.undefined[guardMark(step)] & Warp.halves(here);
        int lane = Integer.numberOfTrailingZeros((int) (bad | bad >>> 32));
        int from = warp.origin[guardMark(step)];
        warp.report(
                FindingKind.UNDEFINED_VALUE,
                step,
                lane,
                "undefined value used as a predicate"
                        + (from < 0
                                ? ", in a register never written"
                                : ", from line " + warp.code().steps()[from].line()),
                from < 0 ? null : warp.place(from, lane));
        warp.undefined[guardMark(step)] &= ~Warp.halves(here);
    }

    private static int guardMark(Step step) {
        return step.guardUndefined();
    }

    private void execute(Step step, int lanes) {
        if (step.touchesMatrix()) {
            warp.matrix.access(step, lanes);
        }
        long all = Warp.halves(lanes);
        long bad = 0;
        for (int input : step.inputs()) {
            bad |= warp.undefined[input];
        }
        bad &= all;
        if (bad != 0) {
            step.undefinedInput(warp, lanes, bad);
        } else if (!step.marksOutputs()) {
            for (int output : step.outputs()) {
                warp.undefined[output] &= ~all;
            }
        }
        step.run(warp, lanes);
    }

    private void checkInputs(Step step, int lanes) {
        long bad = 0;
        for (int input : step.inputs()) {
            bad |= warp.undefined[input];
        }
        if ((bad & Warp.halves(lanes)) != 0) {
            warp.reportUndefined(step, lanes, "an operand of " + step.text());
        }
        if (!step.marksOutputs()) {
            for (int output : step.outputs()) {
                warp.undefined[output] &= ~Warp.halves(lanes);
            }
        }
    }

    private int lanes(Step step, int here) {
        if (step.guard() < 0) {
            return here;
        }
        int predicate = warp.predicates[step.guard()];
        return here & (step.guardNegated() ? ~predicate : predicate);
    }

    /** Runs a warp step for the lanes of a group, or parks them if members are missing; then false. */
    private boolean runTogether(int g, WarpStep step, int at, int here, int lanes) {
        int members = step.members(warp, Integer.numberOfTrailingZeros(lanes));
        if (!step.aligned() && !step.agree(warp, lanes)) {
            return runSets(g, step, at, here, lanes);
        }
        if (together(step, members, here, lanes)) {
            execute(step, lanes);
            return true;
        }
        pc[g] = at;
        state[g] = PARKED;
        return false;
    }

    /** Lanes of a group name different members, as the tiles of a warp do: each set takes part in an instruction of its own. */
    private boolean runSets(int g, WarpStep step, int at, int here, int lanes) {
        boolean complete = true;
        for (int left = lanes; left != 0; ) {
            int set = nextSet(step, left);
            left &= ~set;
            complete &= together(step, step.members(warp, Integer.numberOfTrailingZeros(set)), here, set);
        }
        int rest = lanes;
        if (!complete) {
            // Lanes whose guard is false stay with the first set.
            int first = nextSet(step, lanes);
            rest &= ~first;
            mask[g] = here & ~rest;
            pc[g] = at;
            state[g] = PARKED;
        }
        while (rest != 0) {
            int set = nextSet(step, rest);
            rest &= ~set;
            if (complete) {
                execute(step, set);
            } else {
                add(set, at, stack[g]);
                state[count - 1] = PARKED;
            }
        }
        return complete;
    }

    /** Of some lanes, the first and those that name the same members. */
    private int nextSet(WarpStep step, int lanes) {
        int members = step.members(warp, Integer.numberOfTrailingZeros(lanes));
        int set = 0;
        for (int left = lanes; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            set |= step.members(warp, lane) == members ? 1 << lane : 0;
        }
        return set;
    }

    /** Whether all members of a warp step are among the lanes that execute it. */
    private boolean together(WarpStep step, int members, int here, int lanes) {
        if ((members & lanes) != lanes && !step.aligned()) {
            int stranger = Integer.numberOfTrailingZeros(lanes & ~members);
            warp.report(
                    FindingKind.DIVERGENCE,
                    step,
                    stranger,
                    String.format("the lane is not in the member mask %08x of the instruction it executes", members),
                    null);
        }
        int missing = members & live & ~lanes;
        if (missing == 0) {
            return true;
        }
        if (step.aligned() && warp.block().schedule().whole()) {
            diverged(step, lanes);
        }
        if ((missing & here) != 0) {
            int lane = Integer.numberOfTrailingZeros(missing & here);
            if ((lanes(step, here) >>> lane & 1) != 0) {
                differ(step, lane, step.members(warp, lane), members);
            } else {
                warp.report(
                        FindingKind.DIVERGENCE,
                        step,
                        lane,
                        "the lane is in the member mask, but its guard keeps it from the instruction",
                        null);
            }
        }
        return false;
    }

    private void differ(Step step, int lane, int named, int members) {
        warp.report(
                FindingKind.DIVERGENCE,
                step,
                lane,
                String.format(
                        "the lane names the members %08x, and is one of the members %08x that others name",
                        named, members),
                null);
    }

    private void diverged(Step step, int lanes) {
        warp.report(
                FindingKind.DIVERGENCE,
                step,
                Integer.numberOfTrailingZeros(lanes),
                String.format(
                        "only lanes %08x of %08x are here, and the whole warp must execute this together", lanes, live),
                null);
    }

    /** Runs a warp step whose members have all parked, if there is one. */
    private boolean releaseParked() {
        for (int g = 0; g < count; g++) {
            if (state[g] != PARKED) {
                continue;
            }
            WarpStep step = (WarpStep) warp.code().steps()[pc[g]];
            int mine = lanes(step, mask[g]);
            int members = step.members(warp, Integer.numberOfTrailingZeros(mine));
            int together = 0;
            for (int h = 0; h < count; h++) {
                if (state[h] == PARKED && pc[h] == pc[g]) {
                    int theirs = lanes(step, mask[h]);
                    int named = step.members(warp, Integer.numberOfTrailingZeros(theirs));
                    if (named == members || step.aligned()) {
                        together |= theirs;
                    } else if ((members & theirs) != 0 && (named & mine) != 0) {
                        differ(step, Integer.numberOfTrailingZeros(members & theirs), named, members);
                    }
                }
            }
            if ((members & live & ~together) == 0) {
                int run = step.aligned() ? together : together & members;
                execute(step, run);
                int place = pc[g];
                for (int h = 0; h < count; h++) {
                    if (state[h] == PARKED && pc[h] == place && (lanes(step, mask[h]) & ~run) == 0) {
                        state[h] = READY;
                        pc[h]++;
                    }
                }
                merge();
                return true;
            }
        }
        return false;
    }

    /** Carries a branch out; returns where the group goes on, or -1 when it was split, merged or ended. */
    private int branch(int g, Branch step, int at, int here, int lanes) {
        if (lanes == 0) {
            return at + 1;
        }
        if (step.uniform() && lanes != here) {
            diverged(step, lanes);
        }
        checkInputs(step, lanes);
        switch (step.form()) {
            case JUMP -> {
                if (lanes == here) {
                    return step.target();
                }
                divide(g, lanes, step.target(), at + 1);
                return -1;
            }
            case INDEXED -> {
                int left = lanes;
                pc[g] = at + 1;
                while (left != 0) {
                    int target = step.targetOf(warp, Integer.numberOfTrailingZeros(left));
                    int same = 0;
                    for (int l = left; l != 0; l &= l - 1) {
                        int lane = Integer.numberOfTrailingZeros(l);
                        same |= step.targetOf(warp, lane) == target ? 1 << lane : 0;
                    }
                    if (same == mask[g]) {
                        pc[g] = target;
                    } else {
                        mask[g] &= ~same;
                        add(same, target, stack[g]);
                    }
                    left &= ~same;
                }
                merge();
                return -1;
            }
            case CALL -> {
                step.run(warp, lanes);
                int[] deeper = Arrays.copyOf(stack[g], stack[g].length + 1);
                deeper[stack[g].length] = at + 1;
                if (lanes == here) {
                    stack[g] = deeper;
                    return step.target();
                }
                mask[g] = here & ~lanes;
                pc[g] = at + 1;
                add(lanes, step.target(), deeper);
                merge();
                return -1;
            }
            case RETURN -> {
                if (stack[g].length > 0) {
                    step.run(warp, lanes);
                    int back = stack[g][stack[g].length - 1];
                    int[] shallower = Arrays.copyOf(stack[g], stack[g].length - 1);
                    if (lanes == here) {
                        stack[g] = shallower;
                        pc[g] = back;
                    } else {
                        mask[g] = here & ~lanes;
                        pc[g] = at + 1;
                        add(lanes, back, shallower);
                    }
                    merge();
                    return -1;
                }
                exit(g, at, here, lanes);
                return -1;
            }
            case EXIT -> {
                exit(g, at, here, lanes);
                return -1;
            }
        }
        throw new IllegalStateException("unknown branch");
    }

    private void exit(int g, int at, int here, int lanes) {
        warp.copies.exit(warp.code().steps()[at], lanes);
        live &= ~lanes;
        if (lanes == here) {
            remove(g);
        } else {
            mask[g] = here & ~lanes;
            pc[g] = at + 1;
        }
        warp.block().exited(warp, lanes);
    }

    private void divide(int g, int taken, int target, int next) {
        mask[g] &= ~taken;
        pc[g] = next;
        add(taken, target, stack[g]);
        merge();
    }

    private void split(int g, Schedule schedule) {
        int part = mask[g] & schedule.next();
        if (part != 0 && part != mask[g]) {
            mask[g] &= ~part;
            add(part, pc[g], stack[g]);
        }
    }

    private void add(int lanes, int at, int[] calls) {
        mask[count] = lanes;
        pc[count] = at;
        state[count] = READY;
        tired[count] = false;
        stack[count] = calls;
        count++;
    }

    private void remove(int g) {
        count--;
        mask[g] = mask[count];
        pc[g] = pc[count];
        state[g] = state[count];
        tired[g] = tired[count];
        ticket[g] = ticket[count];
        stack[g] = stack[count];
    }

    /** Joins ready groups that stand at the same place. */
    private void merge() {
        for (int a = 0; a < count; a++) {
            for (int b = count - 1; b > a; b--) {
                if (state[a] == READY && state[b] == READY && pc[a] == pc[b] && Arrays.equals(stack[a], stack[b])) {
                    mask[a] |= mask[b];
                    remove(b);
                }
            }
        }
    }

    /** The next program counter at which the group may meet another, perhaps one that comes back from a call. */
    private int meetingPoint(int g) {
        int nearest = Integer.MAX_VALUE;
        int depth = stack[g].length;
        for (int other = 0; other < count; other++) {
            if (other != g && state[other] == READY && stack[other].length >= depth) {
                int call = stack[other].length > depth ? 1 : 0;
                nearest = Math.min(nearest, position(other, depth) + call);
            }
        }
        return nearest;
    }
}
