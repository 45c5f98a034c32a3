package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.Decoder;
import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.Warp;
import dev.clipjet.ptx.report.FindingKind;
import dev.clipjet.ptx.syntax.Operand;
import java.util.Map;

/** Values exchanged between lanes: {@code shfl.sync vote.sync match.sync redux.sync elect.sync activemask}. */
final class WarpExchange {
    private WarpExchange() {}

    static void register(Map<String, Decoder> decoders) {
        decoders.put("shfl", WarpExchange::shuffle);
        decoders.put("vote", WarpExchange::vote);
        decoders.put("match", WarpExchange::match);
        decoders.put("redux", WarpExchange::redux);
        decoders.put("elect", WarpExchange::elect);
        decoders.put("activemask", WarpExchange::activeMask);
    }

    private static void needsSync(InstructionReader in) {
        if (!in.take("sync")) {
            throw in.error(in.opcode() + " without .sync is not supported");
        }
    }

    private static Operand first(Operand target) {
        return target instanceof Operand.Pair pair ? pair.first() : target;
    }

    private static Operand second(Operand target) {
        return target instanceof Operand.Pair pair ? pair.second() : new Operand.Sink();
    }

    private static Step shuffle(InstructionReader in) {
        needsSync(in);
        String mode = in.takeAny("up", "down", "bfly", "idx");
        PtxType type = in.takeType();
        in.expect(5);
        if (mode == null || type != PtxType.B32) {
            throw in.error("shfl.sync takes .up .down .bfly or .idx, and .b32");
        }
        Operand target = in.operand(0);
        int d = in.intTarget(first(target));
        int p = in.predicateTarget(second(target));
        int a = in.intSource(1, type);
        int b = in.intSource(2, PtxType.U32);
        int c = in.intSource(3, PtxType.U32);
        int members = in.intSource(4, PtxType.B32);
        return new Shuffle(members, mode, d, p, a, b, c, in.mark(first(target)), in.mark(in.operand(1)));
    }

    private static final class Shuffle extends SyncStep {
        private final String mode;
        private final int d;
        private final int p;
        private final int a;
        private final int b;
        private final int c;
        private final int to;
        private final int from;

        Shuffle(int members, String mode, int d, int p, int a, int b, int c, int to, int from) {
            super(members);
            this.mode = mode;
            this.d = d;
            this.p = p;
            this.a = a;
            this.b = b;
            this.c = c;
            this.to = to;
            this.from = from;
        }

        @Override
        protected boolean marksOutputs() {
            return true;
        }

        @Override
        protected void undefinedInput(Warp warp, int mask, long undefined) {
            // The value may be undefined and moves with its marks; lane, clamp and mask may not.
            for (int mark : inputs()) {
                if (mark != from && (warp.undefined[mark] & Warp.halves(mask)) != 0) {
                    warp.reportUndefined(this, mask, "a lane index or mask");
                }
            }
        }

        @Override
        public void run(Warp warp, int mask) {
            int[] source = warp.ints[a];
            int[] value = warp.scratchInts;
            long before = warp.undefined[from];
            long after = 0;
            int predicate = 0;
            for (int left = mask; left != 0; left &= left - 1) {
                int lane = Integer.numberOfTrailingZeros(left);
                int chosen = source(lane, warp.ints[b][lane] & 31, warp.ints[c][lane]);
                if (chosen >= 0) {
                    predicate |= 1 << lane;
                } else {
                    chosen = lane;
                }
                if ((mask >>> chosen & 1) == 0) {
                    warp.report(
                            FindingKind.INACTIVE_LANE,
                            this,
                            lane,
                            "the shuffle reads lane " + chosen + ", which takes no part in it",
                            null);
                }
                value[lane] = source[chosen];
                after |= ((before >>> chosen & 1) << lane) | ((before >>> chosen + 32 & 1) << lane + 32);
            }
            Lanes.blend(warp.ints[d], value, mask);
            warp.predicates[p] = warp.predicates[p] & ~mask | predicate;
            for (int output : outputs()) {
                warp.undefined[output] &= ~Warp.halves(mask);
            }
            warp.undefined[to] |= after;
            if (after != 0) {
                warp.origin[to] = warp.origin[from];
            }
        }

        /** The lane that is read, or -1 where it lies outside the segment. */
        private int source(int lane, int b5, int clamp) {
            int c5 = clamp & 31;
            int segment = clamp >>> 8 & 31;
            int most = lane & segment | c5 & ~segment;
            int least = lane & segment;
            int j;
            boolean inside;
            switch (mode) {
                case "up" -> {
                    j = lane - b5;
                    inside = j >= most;
                }
                case "down" -> {
                    j = lane + b5;
                    inside = j <= most;
                }
                case "bfly" -> {
                    j = lane ^ b5;
                    inside = j <= most;
                }
                default -> {
                    j = least | b5 & ~segment;
                    inside = j <= most;
                }
            }
            return inside ? j : -1;
        }
    }

    private static Step vote(InstructionReader in) {
        needsSync(in);
        String mode = in.takeAny("all", "any", "uni", "ballot");
        PtxType type = in.takeType();
        in.expect(3);
        boolean ballot = "ballot".equals(mode);
        if (mode == null || type != (ballot ? PtxType.B32 : PtxType.PRED)) {
            throw in.error("vote.sync takes .all .any .uni with .pred, or .ballot with .b32");
        }
        int d = ballot ? in.intTarget(0) : in.predicateTarget(in.operand(0));
        int a = in.predicateSource(1);
        boolean negated = in.isNegated(in.operand(1));
        int members = in.intSource(2, PtxType.B32);
        return new SyncStep(members) {
            @Override
            public void run(Warp warp, int mask) {
                int votes = (negated ? ~warp.predicates[a] : warp.predicates[a]) & mask;
                if (ballot) {
                    for (int left = mask; left != 0; left &= left - 1) {
                        warp.ints[d][Integer.numberOfTrailingZeros(left)] = votes;
                    }
                    return;
                }
                boolean result = switch (mode) {
                    case "all" -> votes == mask;
                    case "any" -> votes != 0;
                    default -> votes == mask || votes == 0;
                };
                warp.predicates[d] = warp.predicates[d] & ~mask | (result ? mask : 0);
            }
        };
    }

    private static Step match(InstructionReader in) {
        String mode = in.takeAny("any", "all");
        needsSync(in);
        PtxType type = in.takeType();
        in.expect(3);
        if (mode == null || type != PtxType.B32 && type != PtxType.B64) {
            throw in.error("match.sync takes .any or .all, and .b32 or .b64");
        }
        boolean all = mode.equals("all");
        boolean wide = type.isLong();
        Operand target = in.operand(0);
        int d = in.intTarget(first(target));
        int p = in.predicateTarget(second(target));
        int a = wide ? in.longSource(1, type) : in.intSource(1, type);
        int members = in.intSource(2, PtxType.B32);
        return new SyncStep(members) {
            @Override
            public void run(Warp warp, int mask) {
                int[] value = warp.scratchInts;
                boolean agree = true;
                for (int left = mask; left != 0; left &= left - 1) {
                    int lane = Integer.numberOfTrailingZeros(left);
                    int same = 0;
                    for (int others = mask; others != 0; others &= others - 1) {
                        int other = Integer.numberOfTrailingZeros(others);
                        boolean equal = wide
                                ? warp.longs[a][lane] == warp.longs[a][other]
                                : warp.ints[a][lane] == warp.ints[a][other];
                        same |= equal ? 1 << other : 0;
                    }
                    agree &= same == mask;
                    value[lane] = same;
                }
                for (int left = mask; left != 0; left &= left - 1) {
                    int lane = Integer.numberOfTrailingZeros(left);
                    warp.ints[d][lane] = !all ? value[lane] : agree ? mask : 0;
                }
                warp.predicates[p] = warp.predicates[p] & ~mask | (agree ? mask : 0);
            }
        };
    }

    private static Step redux(InstructionReader in) {
        needsSync(in);
        String op = in.takeAny("add", "min", "max", "and", "or", "xor");
        PtxType type = in.takeType();
        in.expect(3);
        boolean bitwise = "and".equals(op) || "or".equals(op) || "xor".equals(op);
        boolean fits = bitwise ? type == PtxType.B32 : type == PtxType.U32 || type == PtxType.S32;
        if (op == null || !fits) {
            throw in.error("redux.sync takes .add .min .max with .u32 .s32, or .and .or .xor with .b32");
        }
        in.needsTarget(80);
        boolean signed = type.isSigned();
        int d = in.intTarget(0);
        int a = in.intSource(1, type);
        int members = in.intSource(2, PtxType.B32);
        return new SyncStep(members) {
            @Override
            public void run(Warp warp, int mask) {
                int flip = signed ? 0 : Integer.MIN_VALUE;
                int result = warp.ints[a][Integer.numberOfTrailingZeros(mask)];
                for (int left = mask & mask - 1; left != 0; left &= left - 1) {
                    int x = warp.ints[a][Integer.numberOfTrailingZeros(left)];
                    result = switch (op) {
                        case "add" -> result + x;
                        case "min" -> Math.min(result ^ flip, x ^ flip) ^ flip;
                        case "max" -> Math.max(result ^ flip, x ^ flip) ^ flip;
                        case "and" -> result & x;
                        case "or" -> result | x;
                        default -> result ^ x;
                    };
                }
                for (int left = mask; left != 0; left &= left - 1) {
                    warp.ints[d][Integer.numberOfTrailingZeros(left)] = result;
                }
            }
        };
    }

    private static Step elect(InstructionReader in) {
        needsSync(in);
        in.needsTarget(90);
        in.expect(2);
        Operand target = in.operand(0);
        int d = in.intTarget(first(target));
        int p = in.predicateTarget(second(target));
        int members = in.intSource(1, PtxType.B32);
        return new SyncStep(members) {
            @Override
            public void run(Warp warp, int mask) {
                int leader = Integer.numberOfTrailingZeros(mask);
                for (int left = mask; left != 0; left &= left - 1) {
                    warp.ints[d][Integer.numberOfTrailingZeros(left)] = leader;
                }
                warp.predicates[p] = warp.predicates[p] & ~mask | 1 << leader;
            }
        };
    }

    private static Step activeMask(InstructionReader in) {
        PtxType type = in.takeType();
        in.expect(1);
        if (type != PtxType.B32) {
            throw in.error("activemask of type " + type);
        }
        int d = in.intTarget(0);
        return new Step() {
            @Override
            public void run(Warp warp, int mask) {
                for (int left = mask; left != 0; left &= left - 1) {
                    warp.ints[d][Integer.numberOfTrailingZeros(left)] = mask;
                }
            }
        };
    }
}
