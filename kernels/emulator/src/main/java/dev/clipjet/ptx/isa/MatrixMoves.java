package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.AddressOperand;
import dev.clipjet.ptx.decode.Decoder;
import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.exec.MemoryAccess;
import dev.clipjet.ptx.exec.Space;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.Warp;
import dev.clipjet.ptx.syntax.Operand;
import java.util.List;
import java.util.Map;

/**
 * 8x8 matrices of 16-bit values between shared memory and registers: {@code ldmatrix stmatrix movmatrix}. Lane {@code 8i + j} gives
 * the address of row j of matrix i, 16 bytes; register i of lane l holds the elements (l / 4, 2 (l % 4)) and the one after it.
 */
final class MatrixMoves {
    private MatrixMoves() {}

    static void register(Map<String, Decoder> decoders) {
        decoders.put("ldmatrix", in -> matrices(in, true));
        decoders.put("stmatrix", in -> matrices(in, false));
        decoders.put("movmatrix", MatrixMoves::movmatrix);
    }

    private static Step matrices(InstructionReader in, boolean load) {
        if (!in.take("sync") || !in.take("aligned") || !in.take("m8n8")) {
            throw in.error(in.opcode() + " must be .sync.aligned.m8n8");
        }
        String count = in.takeAny("x1", "x2", "x4");
        boolean transposed = in.take("trans");
        Space space = in.takeSpace();
        PtxType type = in.takeType();
        in.expect(2);
        if (count == null || type != PtxType.B16 || space != Space.SHARED && space != Space.GENERIC) {
            throw in.error(in.opcode() + " takes .x1 .x2 or .x4, .b16, and shared memory");
        }
        in.needsTarget(load ? 75 : 90);
        int n = count.charAt(1) - '0';
        List<Operand> elements = in.elements(load ? 0 : 1);
        if (elements.size() != n) {
            throw in.error(count + " takes " + n + " registers, not " + elements.size());
        }
        int[] planes = new int[n];
        int[] marks = new int[n];
        for (int i = 0; i < n; i++) {
            planes[i] = load ? in.intTarget(elements.get(i)) : in.intSource(elements.get(i), PtxType.B32);
            marks[i] = in.mark(elements.get(i));
        }
        AddressOperand address = in.address(load ? 1 : 0);
        Space where = in.spaceOf(space, address);
        in.accesses(Space.SHARED, 16);
        return load
                ? new Load(planes, marks, address, where, transposed)
                : new Store(planes, marks, address, where, transposed);
    }

    private static final class Load extends AlignedStep {
        private final int[] planes;
        private final int[] marks;
        private final AddressOperand address;
        private final Space space;
        private final boolean transposed;

        Load(int[] planes, int[] marks, AddressOperand address, Space space, boolean transposed) {
            this.planes = planes;
            this.marks = marks;
            this.address = address;
            this.space = space;
            this.transposed = transposed;
        }

        @Override
        protected boolean marksOutputs() {
            return true;
        }

        @Override
        protected void undefinedInput(Warp warp, int mask, long undefined) {
            int addressing = planes.length == 4 ? -1 : (1 << 8 * planes.length) - 1;
            if (((int) (undefined | undefined >>> 32) & addressing) != 0) {
                warp.reportUndefined(this, addressing, "an address");
            }
        }

        @Override
        public void run(Warp warp, int mask) {
            MemoryAccess access = warp.access;
            int addressing = planes.length == 4 ? -1 : (1 << 8 * planes.length) - 1;
            address.into(warp, access.address);
            access.read(warp, this, addressing, space, 16, 16);
            byte[] memory = access.memory(0);
            for (int i = 0; i < planes.length; i++) {
                int[] to = warp.ints[planes[i]];
                if (!transposed) {
                    for (int lane = 0; lane < 32; lane++) {
                        int at = access.offset[8 * i + (lane >>> 2)] + 4 * (lane & 3);
                        to[lane] = (int) Memory.INT.get(memory, at);
                    }
                } else {
                    for (int lane = 0; lane < 32; lane++) {
                        int row = 8 * i + 2 * (lane & 3);
                        int column = 2 * (lane >>> 2);
                        int low = (short) Memory.SHORT.get(memory, access.offset[row] + column) & 0xffff;
                        int high = (short) Memory.SHORT.get(memory, access.offset[row + 1] + column);
                        to[lane] = low | high << 16;
                    }
                }
                warp.markDefined(marks[i], -1);
                if (access.undefinedLanes != 0) {
                    mark(warp, access, i);
                }
            }
        }

        private void mark(Warp warp, MemoryAccess access, int i) {
            for (int lane = 0; lane < 32; lane++) {
                for (int half = 0; half < 2; half++) {
                    int row = 8 * i + (transposed ? 2 * (lane & 3) + half : lane >>> 2);
                    int at = transposed ? 2 * (lane >>> 2) : 4 * (lane & 3) + 2 * half;
                    boolean bad =
                            (access.undefinedLanes >>> row & 1) != 0 && (access.undefinedBytes[row] >>> at & 3) != 0;
                    if (bad) {
                        warp.undefined[marks[i]] |= 1L << lane + 32 * half;
                        warp.origin[marks[i]] = pc();
                    }
                }
            }
        }
    }

    private static final class Store extends AlignedStep {
        private final int[] planes;
        private final int[] marks;
        private final AddressOperand address;
        private final Space space;
        private final boolean transposed;

        Store(int[] planes, int[] marks, AddressOperand address, Space space, boolean transposed) {
            this.planes = planes;
            this.marks = marks;
            this.address = address;
            this.space = space;
            this.transposed = transposed;
        }

        @Override
        protected void undefinedInput(Warp warp, int mask, long undefined) {
            for (int input : inputs()) {
                boolean value = false;
                for (int mark : marks) {
                    value |= mark == input;
                }
                if (!value && warp.undefined[input] != 0) {
                    warp.reportUndefined(this, mask, "an address");
                    return;
                }
            }
        }

        @Override
        public void run(Warp warp, int mask) {
            MemoryAccess access = warp.access;
            int addressing = planes.length == 4 ? -1 : (1 << 8 * planes.length) - 1;
            address.into(warp, access.address);
            access.write(warp, this, addressing, space, 16, 16);
            warp.block().progress().effect();
            byte[] memory = access.memory(0);
            for (int i = 0; i < planes.length; i++) {
                int[] from = warp.ints[planes[i]];
                for (int lane = 0; lane < 32; lane++) {
                    for (int half = 0; half < 2; half++) {
                        int row = 8 * i + (transposed ? 2 * (lane & 3) + half : lane >>> 2);
                        int at = transposed ? 2 * (lane >>> 2) : 4 * (lane & 3) + 2 * half;
                        Memory.SHORT.set(memory, access.offset[row] + at, (short) (from[lane] >>> 16 * half));
                        if ((warp.undefined[marks[i]] >>> lane + 32 * half & 1) != 0) {
                            access.markUndefined(row, at, 2);
                        }
                    }
                }
            }
        }
    }

    private static Step movmatrix(InstructionReader in) {
        if (!in.take("sync") || !in.take("aligned") || !in.take("m8n8") || !in.take("trans")) {
            throw in.error("movmatrix must be .sync.aligned.m8n8.trans");
        }
        PtxType type = in.takeType();
        in.expect(2);
        if (type != PtxType.B16) {
            throw in.error("movmatrix of type " + type);
        }
        int d = in.intTarget(0);
        int a = in.intSource(1, PtxType.B32);
        return new AlignedStep() {
            @Override
            public void run(Warp warp, int mask) {
                int[] from = warp.ints[a];
                int[] result = warp.scratchInts;
                for (int lane = 0; lane < 32; lane++) {
                    int low = element(from, 2 * (lane & 3), lane >>> 2);
                    int high = element(from, 2 * (lane & 3) + 1, lane >>> 2);
                    result[lane] = low | high << 16;
                }
                System.arraycopy(result, 0, warp.ints[d], 0, 32);
            }

            private int element(int[] matrix, int row, int column) {
                return matrix[4 * row + (column >>> 1)] >>> 16 * (column & 1) & 0xffff;
            }
        };
    }
}
