package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.AddressOperand;
import dev.clipjet.ptx.decode.Decoder;
import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.exec.MBarrier;
import dev.clipjet.ptx.exec.MBarriers;
import dev.clipjet.ptx.exec.Schedule;
import dev.clipjet.ptx.exec.Space;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.Warp;
import java.util.Map;

/** {@code mbarrier}. */
final class MBarrierInstructions {
    private MBarrierInstructions() {}

    static void register(Map<String, Decoder> decoders) {
        decoders.put("mbarrier", MBarrierInstructions::mbarrier);
    }

    private static Step mbarrier(InstructionReader in) {
        in.needsTarget(80);
        String op = in.takeFirst();
        return switch (op) {
            case "init" -> init(in);
            case "inval" -> invalidate(in);
            case "arrive", "arrive_drop" -> arrive(in, op.equals("arrive_drop"));
            case "expect_tx" -> transaction(in, true);
            case "complete_tx" -> transaction(in, false);
            case "test_wait" -> await(in, false);
            case "try_wait" -> await(in, true);
            case "pending_count" -> pendingCount(in);
            default -> throw in.error("there is no mbarrier." + op);
        };
    }

    /** Takes the space and the type, and the address as an operand. */
    private static Space space(InstructionReader in, boolean remote) {
        Space space = in.takeSpace();
        if (!in.take("b64")) {
            throw in.error("mbarrier operations are of type .b64");
        }
        if (space != Space.GENERIC && space != Space.SHARED && !(remote && space == Space.SHARED_CLUSTER)) {
            throw in.error("the operation does not work on this state space");
        }
        in.accesses(Space.SHARED, 8);
        return space;
    }

    private static AddressOperand address(InstructionReader in, int index, Space space) {
        AddressOperand address = in.address(index);
        in.spaceOf(space, address);
        return address;
    }

    private static Step init(InstructionReader in) {
        Space space = space(in, false);
        in.expect(2);
        return new Init(address(in, 0, space), space, in.intSource(1, PtxType.U32));
    }

    private static Step invalidate(InstructionReader in) {
        Space space = space(in, false);
        in.expect(1);
        AddressOperand address = address(in, 0, space);
        return new Operation(address, space) {
            @Override
            public void run(Warp warp, int mask) {
                address.into(warp, warp.access.address);
                warp.block().mbarriers().invalidate(warp, this, mask, space);
            }
        };
    }

    private static Step arrive(InstructionReader in, boolean drop) {
        boolean expects = in.take("expect_tx");
        boolean noComplete = in.take("noComplete");
        if (expects && noComplete) {
            throw in.error("an arrival has .expect_tx or .noComplete, not both");
        }
        semantics(in, "release");
        Space space = space(in, true);
        in.expect(expects || noComplete ? 3 : 2, 3);
        boolean returns = !in.isSink(0);
        if (space == Space.SHARED_CLUSTER && (returns || noComplete)) {
            throw in.error("an arrival at an mbarrier of the cluster returns no state");
        }
        if (expects || in.operands() == 3 && !noComplete || space == Space.SHARED_CLUSTER) {
            in.needsTarget(90);
        }
        int state = returns ? in.longTarget(0) : -1;
        AddressOperand address = address(in, 1, space);
        int count = in.operands() == 3 ? in.intSource(2, PtxType.U32) : -1;
        return new Arrive(address, space, state, count, expects, noComplete, drop);
    }

    private static void semantics(InstructionReader in, String only) {
        in.take(only);
        in.takeAny("cta", "cluster");
    }

    private static Step transaction(InstructionReader in, boolean expect) {
        in.needsTarget(90);
        semantics(in, "relaxed");
        Space space = space(in, true);
        in.expect(2);
        AddressOperand address = address(in, 0, space);
        int bytes = in.intSource(1, PtxType.U32);
        return new Operation(address, space) {
            @Override
            void at(Warp warp, int mask, MBarrier barrier) {
                for (int left = mask; left != 0; left &= left - 1) {
                    int lane = Integer.numberOfTrailingZeros(left);
                    long count = Integer.toUnsignedLong(warp.ints[bytes][lane]);
                    if (expect) {
                        barrier.expect(warp, lane, this, count);
                    } else {
                        barrier.complete(warp, lane, this, count);
                    }
                }
            }
        };
    }

    private static Step await(InstructionReader in, boolean suspends) {
        boolean parity = in.take("parity");
        semantics(in, "acquire");
        Space space = space(in, false);
        in.expect(3, suspends ? 4 : 3);
        if (suspends) {
            in.needsTarget(90);
        }
        int done = in.predicateTarget(in.operand(0));
        AddressOperand address = address(in, 1, space);
        int which = parity ? in.intSource(2, PtxType.U32) : in.longSource(2, PtxType.B64);
        if (in.operands() == 4) {
            in.intSource(3, PtxType.U32);
        }
        return new Wait(address, space, done, which, parity, suspends);
    }

    private static Step pendingCount(InstructionReader in) {
        if (!in.take("b64")) {
            throw in.error("mbarrier operations are of type .b64");
        }
        in.expect(2);
        int count = in.intTarget(0);
        int state = in.longSource(1, PtxType.B64);
        return new Step() {
            @Override
            public void run(Warp warp, int mask) {
                for (int left = mask; left != 0; left &= left - 1) {
                    int lane = Integer.numberOfTrailingZeros(left);
                    warp.ints[count][lane] = (int) warp.longs[state][lane] & MBarrier.LIMIT;
                }
            }
        };
    }

    /** Does something at the mbarriers of lanes, lanes at the same one together. */
    private abstract static class Operation extends Step {
        final AddressOperand address;
        final Space space;

        Operation(AddressOperand address, Space space) {
            this.address = address;
            this.space = space;
        }

        @Override
        protected void undefinedInput(Warp warp, int mask, long undefined) {
            warp.reportUndefined(this, mask, "an operand of an mbarrier operation");
        }

        @Override
        public void run(Warp warp, int mask) {
            address.into(warp, warp.access.address);
            warp.access.locate(warp, this, mask, space, 8, 8);
            int left = mask;
            while (left != 0) {
                int first = Integer.numberOfTrailingZeros(left);
                int same = 0;
                for (int l = left; l != 0; l &= l - 1) {
                    int lane = Integer.numberOfTrailingZeros(l);
                    boolean there = warp.access.offset[lane] == warp.access.offset[first]
                            && warp.access.home[lane] == warp.access.home[first]
                            && key(warp, lane) == key(warp, first);
                    same |= there ? 1 << lane : 0;
                }
                MBarrier barrier = MBarriers.at(warp, this, same);
                if (barrier != null) {
                    at(warp, same, barrier);
                }
                left &= ~same;
            }
        }

        /** Lanes at one mbarrier are handled together if this is equal too. */
        long key(Warp warp, int lane) {
            return 0;
        }

        void at(Warp warp, int mask, MBarrier barrier) {
            throw new IllegalStateException("not an operation by lanes");
        }
    }

    private static final class Init extends Operation {
        private final int count;

        Init(AddressOperand address, Space space, int count) {
            super(address, space);
            this.count = count;
        }

        @Override
        public void run(Warp warp, int mask) {
            address.into(warp, warp.access.address);
            warp.block().mbarriers().init(warp, this, mask, space, warp.ints[count]);
        }
    }

    private static final class Arrive extends Operation {
        private final int state;
        private final int count;
        private final boolean expects;
        private final boolean noComplete;
        private final boolean drop;

        Arrive(
                AddressOperand address,
                Space space,
                int state,
                int count,
                boolean expects,
                boolean noComplete,
                boolean drop) {
            super(address, space);
            this.state = state;
            this.count = count;
            this.expects = expects;
            this.noComplete = noComplete;
            this.drop = drop;
        }

        @Override
        void at(Warp warp, int mask, MBarrier barrier) {
            int[] counts = warp.scratchInts;
            for (int left = mask; left != 0; left &= left - 1) {
                int lane = Integer.numberOfTrailingZeros(left);
                int value = count < 0 ? 1 : warp.ints[count][lane];
                counts[lane] = expects ? 1 : value;
                if (state >= 0) {
                    warp.longs[state][lane] = barrier.token();
                }
                if (expects) {
                    barrier.expect(warp, lane, this, Integer.toUnsignedLong(value));
                }
            }
            barrier.arrive(warp, mask, this, counts, !noComplete, drop);
        }
    }

    /** A wait is a look at the barrier; the program loops. */
    private static final class Wait extends Operation {
        private final int done;
        private final int which;
        private final boolean parity;
        private final boolean mayFail;

        Wait(AddressOperand address, Space space, int done, int which, boolean parity, boolean mayFail) {
            super(address, space);
            this.done = done;
            this.which = which;
            this.parity = parity;
            this.mayFail = mayFail;
        }

        @Override
        long key(Warp warp, int lane) {
            return parity ? warp.ints[which][lane] & 1 : warp.longs[which][lane];
        }

        @Override
        void at(Warp warp, int mask, MBarrier barrier) {
            Schedule schedule = warp.block().schedule();
            long asked = key(warp, Integer.numberOfTrailingZeros(mask));
            boolean early = mayFail && schedule.adversarial() && schedule.below(4) == 0;
            boolean passed = !early
                    && (parity
                            ? barrier.passed(warp, mask, (int) asked)
                            : barrier.passedToken(warp, mask, this, asked));
            for (int left = mask; left != 0; left &= left - 1) {
                warp.asked[Integer.numberOfTrailingZeros(left)] = passed ? null : barrier;
            }
            if (!passed) {
                warp.block().progress().poll();
            }
            warp.predicates[done] = warp.predicates[done] & ~mask | (passed ? mask : 0);
        }
    }
}
