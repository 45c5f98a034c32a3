package dev.clipjet.kernels.cpu;

/** How the output rows of a convolution are cut into bands, so that all workers have something to do. */
final class Bands {
    private static final int BANDS_PER_WORKER = 2;

    private Bands() {}

    /**
     * Output rows of a band, a multiple of the call's pooling square; the last band of an image may have fewer.
     *
     * @param mostRows for routines whose memory bounds it
     */
    static int rows(ConvolutionCall call, int workers, int mostRows) {
        int tasks = workers == 1 ? 1 : workers * BANDS_PER_WORKER;
        int perImage = Math.max(1, (tasks + call.images - 1) / call.images);
        int squares = call.pooledHeight();
        int perBand = Math.max(1, (squares + perImage - 1) / perImage);
        return Math.max(1, Math.min(perBand, mostRows / call.pool)) * call.pool;
    }
}
