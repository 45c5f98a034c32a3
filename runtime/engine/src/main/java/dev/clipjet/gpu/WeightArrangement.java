package dev.clipjet.gpu;

import dev.clipjet.weights.upload.RowSource;

/**
 * How the elements of a weight's rows are put in order before they are packed: a kernel may want the columns of a convolution pixel by
 * pixel, say. Equal arrangements are equal objects.
 */
interface WeightArrangement {
    /** As the expression has them. */
    WeightArrangement AS_STORED = source -> source;

    /** The same rows with their columns in another order, or with others between them. */
    RowSource apply(RowSource source);
}
