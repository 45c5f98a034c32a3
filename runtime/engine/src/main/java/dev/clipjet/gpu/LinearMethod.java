package dev.clipjet.gpu;

import dev.clipjet.device.GpuStream;
import dev.clipjet.kernels.gpu.Matrix;
import dev.clipjet.weights.upload.WeightLayout;

/** A way to compute linear layers on a device. */
interface LinearMethod {
    /** For reports, and to tell weights in different layouts apart. */
    String name();

    /** The order in which a weight [n, k] must lie. */
    WeightLayout layout(int n, int k);

    /** A layer, ready to be enqueued any number of times. */
    Prepared prepare(LinearShape shape);

    /** A layer of one shape. */
    interface Prepared {
        /** Bytes of workspace, all zero before the first launch and 16-byte aligned; 0 for none. */
        long workspaceBytes();

        /**
         * Enqueues it.
         *
         * @param in [m, k]
         * @param weight in the method's layout
         * @param bias float32 [n], or 0 for none
         * @param out [m, n]
         * @param workspace shared by all layers that follow each other on a stream
         */
        void record(GpuStream stream, Matrix in, long weight, long bias, Matrix out, long workspace);

        /** How it is computed. */
        String describe();
    }
}
