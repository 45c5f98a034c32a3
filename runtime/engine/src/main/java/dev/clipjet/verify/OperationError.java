package dev.clipjet.verify;

/**
 * How far an operation's output is from the reference.
 *
 * @param tower {@code image} or {@code text}
 * @param operation name of the operation
 * @param error largest distance of a row to the reference row, over the norm of the reference row
 * @param isResult whether the output is the tower's result, to which the tolerance applies
 */
public record OperationError(String tower, String operation, double error, boolean isResult) {}
