package dev.clipjet.ptx.vectors;

import java.math.BigInteger;

/**
 * A number {@code significand * 2^exponent} of any length: every float and every sum and product of floats is one. Quotients and
 * roots are cut behind more bits than any rounding looks at, the last of which tells whether they are exact.
 */
record Exact(BigInteger significand, int exponent) implements Comparable<Exact> {
    static final Exact ONE = new Exact(BigInteger.ONE, 0);
    private static final int QUOTIENT_BITS = 80;

    static Exact of(BigInteger value) {
        return new Exact(value, 0);
    }

    int signum() {
        return significand.signum();
    }

    Exact add(Exact other) {
        int least = Math.min(exponent, other.exponent);
        return new Exact(at(least).add(other.at(least)), least);
    }

    Exact multiply(Exact other) {
        return new Exact(significand.multiply(other.significand), exponent + other.exponent);
    }

    Exact divide(Exact other) {
        int shift = Math.max(0, QUOTIENT_BITS + other.significand.bitLength() - significand.bitLength());
        BigInteger[] parts = significand.shiftLeft(shift).divideAndRemainder(other.significand);
        int missing = parts[1].signum() == 0 ? 0 : significand.signum() * other.significand.signum();
        return marked(parts[0], missing, exponent - other.exponent - shift);
    }

    Exact sqrt() {
        int shift = Math.max(0, 2 * QUOTIENT_BITS - significand.bitLength());
        shift += exponent - shift & 1;
        BigInteger[] parts = significand.shiftLeft(shift).sqrtAndRemainder();
        return marked(parts[0], parts[1].signum(), exponent - shift >> 1);
    }

    /** A number to which something of the sign {@code missing} has to be added. */
    private static Exact marked(BigInteger significand, int missing, int exponent) {
        BigInteger longer = significand.shiftLeft(1);
        return new Exact(missing == 0 ? longer : longer.add(BigInteger.valueOf(missing)), exponent - 1);
    }

    /** The nearest integer in a direction. */
    BigInteger toInteger(Format.Mode mode) {
        BigInteger magnitude = magnitudeIn(0, mode);
        return significand.signum() < 0 ? magnitude.negate() : magnitude;
    }

    /** The magnitude in units of {@code 2^unit}, rounded as the signed number asks. */
    BigInteger magnitudeIn(int unit, Format.Mode mode) {
        BigInteger magnitude = significand.abs();
        int drop = unit - exponent;
        if (drop <= 0) {
            return magnitude.shiftLeft(-drop);
        }
        BigInteger whole = magnitude.shiftRight(drop);
        int lowest = magnitude.signum() == 0 ? drop : magnitude.getLowestSetBit();
        boolean inexact = lowest < drop;
        boolean half = magnitude.testBit(drop - 1);
        boolean negative = significand.signum() < 0;
        boolean up = switch (mode) {
            case NEAREST -> half && (lowest < drop - 1 || whole.testBit(0));
            case AWAY -> half;
            case ZERO -> false;
            case DOWN -> inexact && negative;
            case UP -> inexact && !negative;
        };
        return up ? whole.add(BigInteger.ONE) : whole;
    }

    /** Exponent of the leading bit. */
    int leading() {
        return significand.bitLength() - 1 + exponent;
    }

    private BigInteger at(int unit) {
        return significand.shiftLeft(exponent - unit);
    }

    @Override
    public int compareTo(Exact other) {
        int least = Math.min(exponent, other.exponent);
        return at(least).compareTo(other.at(least));
    }

    /** The value where a double holds it. */
    double toDouble() {
        return Math.scalb(significand.doubleValue(), exponent);
    }
}
