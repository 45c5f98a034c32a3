package dev.clipjet.onnx;

import java.util.Optional;

/**
 * Which row of every item is pooled.
 *
 * @param fixed the row, where it is the same for all
 * @param computed node that gives it, I64 [batch, 1]; empty where it is the same for all
 */
record OnnxPooling(int fixed, Optional<String> computed) {
    static final OnnxPooling FIRST = new OnnxPooling(0, Optional.empty());
}
