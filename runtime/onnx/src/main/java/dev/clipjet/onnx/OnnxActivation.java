package dev.clipjet.onnx;

import dev.clipjet.numeric.Activation;
import java.util.List;

/** Activations as nodes of ONNX's basic operators. */
final class OnnxActivation {
    private static final double QUICK_GELU = 1.702;
    private static final double TANH_CUBIC = 0.044715;

    private final OnnxGraph onnx;

    OnnxActivation(OnnxGraph onnx) {
        this.onnx = onnx;
    }

    String of(Activation activation, String x) {
        return switch (activation) {
            case NONE -> x;
            case RELU -> onnx.node("Relu", List.of(x));
            case QUICK_GELU -> onnx.node("Mul", List.of(x, onnx.node("Sigmoid", List.of(times(x, QUICK_GELU)))));
            case GELU -> halfTimesOnePlus(x, onnx.node("Erf", List.of(times(x, Math.sqrt(0.5)))));
            case GELU_TANH -> {
                String cube = onnx.node("Mul", List.of(onnx.node("Mul", List.of(x, x)), x));
                String inner = times(onnx.node("Add", List.of(x, times(cube, TANH_CUBIC))), Math.sqrt(2 / Math.PI));
                yield halfTimesOnePlus(x, onnx.node("Tanh", List.of(inner)));
            }
        };
    }

    private String halfTimesOnePlus(String x, String y) {
        String sum = onnx.node("Add", List.of(y, onnx.constant(1)));
        return times(onnx.node("Mul", List.of(x, sum)), 0.5);
    }

    private String times(String x, double factor) {
        return onnx.node("Mul", List.of(x, onnx.constant(factor)));
    }
}
