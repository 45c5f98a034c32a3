package dev.clipjet.weights.torch;

/** The opcodes that Python's pickle module defines, to tell those that are not supported from noise. */
final class PickleOpcodes {
    private static final String TEXT = "(.012FIJKLMNPQRSTUVXabcdeghijlopqrstu}])BCG";
    private static final int FIRST_BINARY = 0x80;
    private static final int LAST_BINARY = 0x98;

    private PickleOpcodes() {}

    static boolean isDefined(int opcode) {
        return opcode >= FIRST_BINARY && opcode <= LAST_BINARY || TEXT.indexOf(opcode) >= 0;
    }
}
