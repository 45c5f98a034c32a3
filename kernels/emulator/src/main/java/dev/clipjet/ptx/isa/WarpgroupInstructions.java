package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.Decoder;
import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.exec.MatrixOperands.Layout;
import dev.clipjet.ptx.exec.Space;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.WaitStep;
import dev.clipjet.ptx.exec.Warp;
import dev.clipjet.ptx.report.FindingKind;
import dev.clipjet.ptx.syntax.Operand;
import dev.clipjet.ptx.tensor.Element;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code wgmma}, {@code setmaxnreg}. */
final class WarpgroupInstructions {
    private static final Pattern SHAPE = Pattern.compile("m64n(\\d{1,3})k(\\d{1,2})");

    private WarpgroupInstructions() {}

    static void register(Map<String, Decoder> decoders) {
        decoders.put("wgmma", WarpgroupInstructions::wgmma);
        decoders.put("setmaxnreg", WarpgroupInstructions::registers);
    }

    private static Step wgmma(InstructionReader in) {
        in.needsTarget(90);
        in.needsSpecificTarget();
        String op = in.takeFirst();
        if (!in.take("sync") || !in.take("aligned")) {
            throw in.error("wgmma instructions are .sync.aligned");
        }
        switch (op) {
            case "fence":
                in.expect(0);
                return new AlignedStep() {
                    @Override
                    public void run(Warp warp, int mask) {
                        warp.matrix.fence();
                    }
                };
            case "commit_group":
                in.expect(0);
                return new AlignedStep() {
                    @Override
                    public void run(Warp warp, int mask) {
                        warp.matrix.commit();
                    }
                };
            case "wait_group":
                in.expect(1);
                int newest = (int) in.literal(0);
                return new AlignedStep() {
                    @Override
                    public void run(Warp warp, int mask) {
                        warp.matrix.await(mask, newest);
                    }
                };
            case "mma_async":
                return multiply(in);
            default:
                throw in.error("there is no wgmma." + op);
        }
    }

    private static Step multiply(InstructionReader in) {
        String shape = in.takeFirst();
        Matcher matcher = SHAPE.matcher(shape);
        PtxType d = in.takeType();
        PtxType a = in.takeType();
        PtxType b = in.takeType();
        boolean tf32 = a == PtxType.TF32;
        boolean half = a == PtxType.F16 || a == PtxType.BF16;
        if (a != b || !tf32 && !half || d != PtxType.F32 && !(d == PtxType.F16 && a == PtxType.F16)) {
            throw in.error("wgmma of types " + d + " " + a + " " + b);
        }
        int n = matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
        int k = tf32 ? 8 : 16;
        if (n < 8 || n > 256 || n % 8 != 0 || Integer.parseInt(matcher.group(2)) != k) {
            throw in.error("wgmma has no shape " + shape + " for this type");
        }
        boolean registers = in.operand(1) instanceof Operand.Vector;
        in.expect(6 + (tf32 ? 0 : registers ? 1 : 2));
        List<Operand> targets = in.elements(0);
        int count = d == PtxType.F32 ? n / 2 : n / 4;
        if (targets.size() != count) {
            throw in.error("the accumulator has " + targets.size() + " registers, not " + count);
        }
        int[] planes = targets.stream().mapToInt(in::intTarget).toArray();
        int[] marks = targets.stream().mapToInt(in::mark).toArray();
        int[] planesA = {};
        int[] marksA = {};
        int descriptorA = -1;
        if (registers) {
            List<Operand> elements = in.elements(1);
            if (elements.size() != 4) {
                throw in.error("A has " + elements.size() + " registers, not 4");
            }
            planesA = elements.stream()
                    .mapToInt(element -> in.intSource(element, PtxType.B32))
                    .toArray();
            marksA = elements.stream().mapToInt(in::mark).toArray();
        } else {
            descriptorA = in.longSource(1, PtxType.B64);
        }
        int descriptorB = in.longSource(2, PtxType.B64);
        boolean fixed = in.operand(3) instanceof Operand.IntegerLiteral;
        int scale = fixed ? -1 : in.predicateSource(3);
        boolean fixedScale = fixed && in.literal(3) != 0;
        boolean negated = in.isNegated(in.operand(3));
        boolean negateA = sign(in, 4);
        boolean negateB = sign(in, 5);
        Layout layoutA = tf32 || registers ? Layout.K_MAJOR : layout(in, 6);
        Layout layoutB = tf32 ? Layout.K_MAJOR : layout(in, registers ? 6 : 7);
        in.accesses(Space.SHARED, 16);
        int[] used = new int[marks.length + marksA.length];
        System.arraycopy(marks, 0, used, 0, marks.length);
        System.arraycopy(marksA, 0, used, marks.length, marksA.length);
        in.matrixRegisters(used);
        WarpgroupMultiply.Form form = new WarpgroupMultiply.Form(
                Element.valueOf(a.name()), d == PtxType.F16, n, k, layoutA, layoutB, negateA, negateB);
        return new WarpgroupMultiply(
                form, planes, marks, used, planesA, descriptorA, descriptorB, scale, negated, fixedScale);
    }

    private static boolean sign(InstructionReader in, int index) {
        long value = in.literal(index);
        if (value != 1 && value != -1) {
            throw in.error("a factor of " + value + "; only 1 and -1 exist");
        }
        return value < 0;
    }

    private static Layout layout(InstructionReader in, int index) {
        long value = in.literal(index);
        if (value != 0 && value != 1) {
            throw in.error("a transposition of " + value + "; only 0 and 1 exist");
        }
        return value == 0 ? Layout.K_MAJOR : Layout.MN_MAJOR;
    }

    private static Step registers(InstructionReader in) {
        in.needsTarget(90);
        in.needsSpecificTarget();
        String direction = in.takeAny("inc", "dec");
        if (direction == null || !in.take("sync") || !in.take("aligned") || !in.take("u32")) {
            throw in.error("the instruction is setmaxnreg.inc or .dec, .sync.aligned.u32");
        }
        in.expect(1);
        long count = in.literal(0);
        if (count < 24 || count > 256 || count % 8 != 0) {
            throw in.error(count + " registers; allowed are multiples of 8 from 24 to 256");
        }
        return new SetRegisters(direction.equals("inc"), (int) count);
    }

    /** An instruction for whole warps. */
    private static final class SetRegisters extends WaitStep {
        private final boolean increases;
        private final int count;

        SetRegisters(boolean increases, int count) {
            this.increases = increases;
            this.count = count;
        }

        @Override
        public boolean aligned() {
            return true;
        }

        @Override
        public long arrive(Warp warp, int mask) {
            int now = warp.block().registers().of(warp);
            if (increases ? now > count : now < count) {
                warp.report(
                        FindingKind.UNSPECIFIED_RESULT,
                        this,
                        Integer.numberOfTrailingZeros(mask),
                        "the threads have " + now + " registers",
                        null);
                return -1;
            }
            return 0;
        }

        @Override
        public boolean passed(Warp warp, int mask, long ticket) {
            if (!warp.block().registers().change(warp, count)) {
                return false;
            }
            warp.block().progress().effect();
            return true;
        }

        @Override
        public String waitingFor(Warp warp, long ticket) {
            return count + " registers a thread; " + warp.block().registers().describe();
        }
    }
}
