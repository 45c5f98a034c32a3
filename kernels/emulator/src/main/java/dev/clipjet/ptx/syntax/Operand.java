package dev.clipjet.ptx.syntax;

import java.util.List;

/** An operand as written. */
public sealed interface Operand {
    /** A register, a component of one ({@code %tid.x}), a variable, a label or a function. */
    record Name(String name) implements Operand {}

    /** A predicate or label with an exclamation mark: {@code !%p1}. */
    record Negated(String name) implements Operand {}

    /** {@code %r1|%p1}: two destinations, either of which may be the sink, the first of which may be a vector. */
    record Pair(Operand first, Operand second) implements Operand {}

    /** An integer; constant expressions are folded. */
    record IntegerLiteral(long value) implements Operand {}

    /** A single-precision literal {@code 0f3F800000}, by its bits. */
    record FloatLiteral(int bits) implements Operand {}

    /** A double-precision literal {@code 0d...} or a decimal one, by its bits. */
    record DoubleLiteral(long bits) implements Operand {}

    /** {@code {a, b, c, d}}. */
    record Vector(List<Operand> elements) implements Operand {}

    /**
     * {@code name + offset} without brackets: an address as a value, as {@code mov} takes it.
     *
     * @param base variable, or register
     * @param offset in bytes
     */
    record Sum(String base, long offset) implements Operand {}

    /** {@code (a, b)} of a call. */
    record Tuple(List<Operand> elements) implements Operand {}

    /** {@code _}. */
    record Sink() implements Operand {}

    /**
     * {@code [base + offset]}.
     *
     * @param base register or variable, or null for an absolute address
     * @param offset in bytes
     */
    record Address(String base, long offset) implements Operand {}

    /**
     * {@code [base, {x, y}]}: a place in a tensor or texture.
     *
     * @param base the tensor map or texture
     * @param rest what follows it: coordinates as a {@link Vector}, before them a sampler where written
     */
    record Coordinates(Address base, List<Operand> rest) implements Operand {}
}
