package dev.clipjet.kernels.cpu;

import static org.bytedeco.dnnl.global.dnnl.dnnl_sgemm;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/** {@link SmallGemm} of oneDNN. Calls allocate nothing. */
final class OneDnnGemm implements SmallGemm {
    private static final byte PLAIN = 'N';
    private static final byte TRANSPOSED = 'T';

    private final Operand a = new Operand();
    private final Operand b = new Operand();
    private final Operand c = new Operand();
    private boolean limited;

    @Override
    public void multiplyTransposed(
            int m,
            int n,
            int k,
            float alpha,
            FloatMemory aMemory,
            long aIndex,
            int aStride,
            FloatMemory bMemory,
            long bIndex,
            int bStride,
            FloatMemory cMemory,
            long cIndex,
            int cStride) {
        multiply(
                TRANSPOSED,
                m,
                n,
                k,
                alpha,
                aMemory.address(aIndex),
                aStride,
                bMemory.address(bIndex),
                bStride,
                cMemory.address(cIndex),
                cStride);
    }

    @Override
    public void multiply(
            int m,
            int n,
            int k,
            FloatMemory aMemory,
            long aIndex,
            int aStride,
            FloatMemory bMemory,
            long bIndex,
            int bStride,
            FloatMemory cMemory,
            long cIndex,
            int cStride) {
        multiply(
                PLAIN,
                m,
                n,
                k,
                1f,
                aMemory.address(aIndex),
                aStride,
                bMemory.address(bIndex),
                bStride,
                cMemory.address(cIndex),
                cStride);
    }

    private void multiply(
            byte formOfB,
            int m,
            int n,
            int k,
            float alpha,
            long aAddress,
            int aStride,
            long bAddress,
            int bStride,
            long cAddress,
            int cStride) {
        int status = dnnl_sgemm(
                PLAIN,
                formOfB,
                m,
                n,
                k,
                alpha,
                a.at(aAddress),
                aStride,
                b.at(bAddress),
                bStride,
                0f,
                c.at(cAddress),
                cStride);
        OneDnn.check(status, "multiply matrices");
    }

    @Override
    public int enterRun() {
        return OpenMpThreads.limitToOne();
    }

    @Override
    public void leaveRun(int entered) {
        OpenMpThreads.restore(entered);
    }

    @Override
    public void enterWorker() {
        if (!limited) {
            OpenMpThreads.limitToOne();
            limited = true;
        }
    }

    /** A pointer that is moved instead of made anew. */
    private static final class Operand extends FloatPointer {
        Operand() {
            super((Pointer) null);
        }

        Operand at(long newAddress) {
            address = newAddress;
            return this;
        }
    }
}
