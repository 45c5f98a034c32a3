package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.AddressOperand;
import dev.clipjet.ptx.decode.Decoder;
import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.exec.Space;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.Warp;
import java.util.List;
import java.util.Map;

/** {@code createpolicy}, whose result is opaque, and the hints that take it: they change no value. */
final class CachePolicies {
    private static final List<String> PRIMARY =
            List.of("L2::evict_normal", "L2::evict_unchanged", "L2::evict_first", "L2::evict_last");

    private CachePolicies() {}

    static void register(Map<String, Decoder> decoders) {
        decoders.put("createpolicy", CachePolicies::create);
    }

    /** Takes {@code .L2::cache_hint} and the policy, which is the operand at an index; false if there is none. */
    static boolean takeHint(InstructionReader in, Space space, int policy) {
        if (!in.take("L2::cache_hint")) {
            return false;
        }
        if (space != Space.GLOBAL && space != Space.GENERIC) {
            throw in.error("a cache hint for memory that is not global");
        }
        in.longSource(policy, PtxType.B64);
        return true;
    }

    private static Step create(InstructionReader in) {
        in.needsTarget(80);
        if (in.take("cvt")) {
            if (!in.take("L2") || in.takeType() != PtxType.B64) {
                throw in.error("the policy of an access property is createpolicy.cvt.L2.b64");
            }
            in.expect(2);
            int d = in.longTarget(0);
            int property = in.longSource(1, PtxType.B64);
            return new Step() {
                @Override
                public void run(Warp warp, int mask) {
                    for (int left = mask; left != 0; left &= left - 1) {
                        int lane = Integer.numberOfTrailingZeros(left);
                        warp.longs[d][lane] = warp.longs[property][lane];
                    }
                }
            };
        }
        boolean range = in.take("range");
        if (!range && !in.take("fractional")) {
            throw in.error("createpolicy takes .range, .fractional or .cvt");
        }
        if (range) {
            in.take("global");
        }
        String primary = in.takePrefix("L2::");
        String secondary = in.takePrefix("L2::");
        boolean known = primary != null
                && PRIMARY.contains(primary)
                && (secondary == null
                        || secondary.equals("L2::evict_first")
                        || secondary.equals("L2::evict_unchanged"));
        if (!known || in.takeType() != PtxType.B64) {
            throw in.error("createpolicy has a first priority, perhaps a second, and the type .b64");
        }
        in.expect(range ? 4 : 1, range ? 4 : 2);
        int d = in.longTarget(0);
        if (range) {
            AddressOperand address = in.address(1);
            in.spaceOf(Space.GLOBAL, address);
            in.intSource(2, PtxType.U32);
            in.intSource(3, PtxType.U32);
        } else if (in.operands() == 2) {
            in.intSource(1, PtxType.F32);
        }
        long policy = 1L << 60 | PRIMARY.indexOf(primary) + 1L << 48;
        return new Step() {
            @Override
            public void run(Warp warp, int mask) {
                for (int left = mask; left != 0; left &= left - 1) {
                    warp.longs[d][Integer.numberOfTrailingZeros(left)] = policy;
                }
            }
        };
    }
}
