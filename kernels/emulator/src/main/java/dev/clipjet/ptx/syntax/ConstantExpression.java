package dev.clipjet.ptx.syntax;

/**
 * Constant expressions with the operators and precedences of C over signed and unsigned 64-bit integers and doubles, which do
 * not mix. Two integers are both taken as unsigned if one is; {@code ~} and {@code %} are always unsigned, comparisons and logic
 * give signed results, shifts keep the type of their left side and give the limit for amounts of 64 and more.
 */
final class ConstantExpression {
    private static final int MAX_DEPTH = 64;
    private static final int MULTIPLICATIVE = 10;

    private final TokenReader in;
    private int depth;

    private ConstantExpression(TokenReader in) {
        this.in = in;
    }

    /** Type of a constant. */
    enum Type {
        SIGNED,
        UNSIGNED,
        DOUBLE
    }

    /**
     * A constant.
     *
     * @param bits its value, of a double the bits
     * @param type its type
     */
    record Constant(long bits, Type type) {
        static Constant of(boolean value) {
            return new Constant(value ? 1 : 0, Type.SIGNED);
        }

        boolean isDouble() {
            return type == Type.DOUBLE;
        }

        boolean isTrue() {
            return bits != 0;
        }

        double asDouble() {
            return Double.longBitsToDouble(bits);
        }
    }

    /** Reads an expression. */
    static Constant parse(TokenReader in) {
        return new ConstantExpression(in).expression();
    }

    /** Reads an expression whose first literal has been read. */
    static Constant parseAfter(Constant first, TokenReader in) {
        ConstantExpression expression = new ConstantExpression(in);
        return expression.conditional(expression.binary(first, 1));
    }

    /** Reads an expression whose first token, {@code !}, has been read. */
    static Constant parseAfterNot(TokenReader in) {
        ConstantExpression expression = new ConstantExpression(in);
        Constant negated =
                Constant.of(!expression.refuseDouble(expression.unary()).isTrue());
        return expression.conditional(expression.binary(negated, 1));
    }

    /** Reads an integer expression. */
    static long integer(TokenReader in) {
        if (in.kind() == TokenKind.INTEGER) {
            long value = in.value();
            boolean unsigned = in.unsigned();
            in.advance();
            return isOperator(in.mark()) ? checked(in, parseAfter(integer(value, unsigned), in)) : value;
        }
        return checked(in, parse(in));
    }

    static Constant integer(long value, boolean unsigned) {
        return new Constant(value, unsigned ? Type.UNSIGNED : Type.SIGNED);
    }

    /** Whether a mark continues an expression. */
    static boolean isOperator(int mark) {
        return mark == '?' || precedence(mark) > 0;
    }

    private static long checked(TokenReader in, Constant constant) {
        if (constant.isDouble()) {
            throw in.error("an integer is expected before this, not a fraction");
        }
        return constant.bits();
    }

    private Constant expression() {
        if (++depth > MAX_DEPTH) {
            throw in.error("an expression nested more than " + MAX_DEPTH + " deep");
        }
        Constant value = conditional(binary(unary(), 1));
        depth--;
        return value;
    }

    private Constant conditional(Constant condition) {
        if (!in.isMark('?')) {
            return condition;
        }
        refuseDouble(condition);
        in.advance();
        Constant first = expression();
        in.expect(':');
        Constant second = expression();
        Type type = commonType(first, second);
        return new Constant(condition.isTrue() ? first.bits() : second.bits(), type);
    }

    /** Operators of at least a precedence, with their left side read: precedence climbing. */
    private Constant binary(Constant left, int least) {
        Constant value = left;
        for (int precedence = precedence(in.mark()); precedence >= least; precedence = precedence(in.mark())) {
            int operator = in.mark();
            in.advance();
            Constant right = unary();
            for (int next = precedence(in.mark()); next > precedence; next = precedence(in.mark())) {
                right = binary(right, precedence + 1);
            }
            value = apply(operator, value, right);
        }
        return value;
    }

    private static int precedence(int mark) {
        return switch (mark) {
            case '|' << 8 | '|' -> 1;
            case '&' << 8 | '&' -> 2;
            case '|' -> 3;
            case '^' -> 4;
            case '&' -> 5;
            case '=' << 8 | '=', '!' << 8 | '=' -> 6;
            case '<', '>', '<' << 8 | '=', '>' << 8 | '=' -> 7;
            case '<' << 8 | '<', '>' << 8 | '>' -> 8;
            case '+', '-' -> 9;
            case '*', '/', '%' -> MULTIPLICATIVE;
            default -> 0;
        };
    }

    private Constant unary() {
        if (++depth > MAX_DEPTH) {
            throw in.error("an expression nested more than " + MAX_DEPTH + " deep");
        }
        Constant value = in.kind() == TokenKind.MARK ? marked() : literal();
        depth--;
        return value;
    }

    private Constant marked() {
        switch (in.mark()) {
            case '+' -> {
                in.advance();
                return unary();
            }
            case '-' -> {
                in.advance();
                Constant value = unary();
                return new Constant(value.isDouble() ? value.bits() ^ Long.MIN_VALUE : -value.bits(), value.type());
            }
            case '~' -> {
                in.advance();
                return new Constant(~refuseDouble(unary()).bits(), Type.UNSIGNED);
            }
            case '!' -> {
                in.advance();
                return Constant.of(!refuseDouble(unary()).isTrue());
            }
            case '(' -> {
                in.advance();
                return parenthesised();
            }
            default -> throw in.unexpected("a constant");
        }
    }

    private Constant parenthesised() {
        boolean signed = in.acceptDotted("s64");
        if (signed || in.acceptDotted("u64")) {
            in.expect(')');
            return integer(refuseDouble(unary()).bits(), !signed);
        }
        Constant value = expression();
        in.expect(')');
        return value;
    }

    private Constant literal() {
        Constant value = switch (in.kind()) {
            case INTEGER -> integer(in.value(), in.unsigned());
            case DOUBLE -> new Constant(in.value(), Type.DOUBLE);
            case FLOAT -> throw in.error("a 0f literal cannot be part of an expression");
            default -> {
                if (in.kind() == TokenKind.WORD && in.word().equals("WARP_SZ")) {
                    yield integer(32, false);
                }
                throw in.unexpected("a constant");
            }
        };
        in.advance();
        return value;
    }

    private Type commonType(Constant a, Constant b) {
        if (a.isDouble() != b.isDouble()) {
            throw in.error("integers and fractions in one expression, before this");
        }
        return a.type() == b.type() ? a.type() : Type.UNSIGNED;
    }

    private Constant refuseDouble(Constant value) {
        if (value.isDouble()) {
            throw in.error("an operator for integers is applied to a fraction, before this");
        }
        return value;
    }

    private Constant apply(int operator, Constant left, Constant right) {
        Type type = commonType(left, right);
        if (type == Type.DOUBLE) {
            return applyDouble(operator, left.asDouble(), right.asDouble());
        }
        boolean unsigned = type == Type.UNSIGNED;
        long a = left.bits();
        long b = right.bits();
        int order = unsigned ? Long.compareUnsigned(a, b) : Long.compare(a, b);
        return switch (operator) {
            case '|' << 8 | '|' -> Constant.of(left.isTrue() || right.isTrue());
            case '&' << 8 | '&' -> Constant.of(left.isTrue() && right.isTrue());
            case '=' << 8 | '=' -> Constant.of(a == b);
            case '!' << 8 | '=' -> Constant.of(a != b);
            case '<' -> Constant.of(order < 0);
            case '>' -> Constant.of(order > 0);
            case '<' << 8 | '=' -> Constant.of(order <= 0);
            case '>' << 8 | '=' -> Constant.of(order >= 0);
            case '<' << 8 | '<' -> new Constant(b < 0 || b > 63 ? 0 : a << b, left.type());
            case '>' << 8 | '>' -> new Constant(shiftedRight(left, b), left.type());
            case '|' -> new Constant(a | b, type);
            case '^' -> new Constant(a ^ b, type);
            case '&' -> new Constant(a & b, type);
            case '+' -> new Constant(a + b, type);
            case '-' -> new Constant(a - b, type);
            case '*' -> new Constant(a * b, type);
            case '/' -> new Constant(unsigned ? Long.divideUnsigned(a, nonZero(b)) : a / nonZero(b), type);
            default -> new Constant(Long.remainderUnsigned(a, nonZero(b)), Type.UNSIGNED);
        };
    }

    private static long shiftedRight(Constant value, long by) {
        boolean all = by < 0 || by > 63;
        if (value.type() == Type.UNSIGNED) {
            return all ? 0 : value.bits() >>> by;
        }
        return value.bits() >> (all ? 63 : by);
    }

    private long nonZero(long divisor) {
        if (divisor == 0) {
            throw in.error("a constant is divided by zero, before this");
        }
        return divisor;
    }

    private Constant applyDouble(int operator, double a, double b) {
        return switch (operator) {
            case '=' << 8 | '=' -> Constant.of(a == b);
            case '!' << 8 | '=' -> Constant.of(a != b);
            case '<' -> Constant.of(a < b);
            case '>' -> Constant.of(a > b);
            case '<' << 8 | '=' -> Constant.of(a <= b);
            case '>' << 8 | '=' -> Constant.of(a >= b);
            case '+' -> number(a + b);
            case '-' -> number(a - b);
            case '*' -> number(a * b);
            case '/' -> number(a / b);
            default -> throw in.error("an operator for integers is applied to a fraction, before this");
        };
    }

    private static Constant number(double value) {
        return new Constant(Double.doubleToRawLongBits(value), Type.DOUBLE);
    }
}
