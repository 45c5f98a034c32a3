package dev.clipjet.ptx.syntax;

import dev.clipjet.ptx.syntax.Token.Kind;

/** Integer constant expressions with the operators of C, computed in 64 bits. */
final class ConstantExpression {
    private static final int MAX_DEPTH = 100;
    private static final String[][] LEVELS = {
        {"||"},
        {"&&"},
        {"|"},
        {"^"},
        {"&"},
        {"==", "!="},
        {"<", ">", "<=", ">="},
        {"<<", ">>"},
        {"+", "-"},
        {"*", "/", "%"}
    };

    private final TokenReader in;
    private int depth;

    private ConstantExpression(TokenReader in) {
        this.in = in;
    }

    static long parse(TokenReader in) {
        return new ConstantExpression(in).level(0);
    }

    private long level(int level) {
        if (level == LEVELS.length) {
            return unary();
        }
        long value = level(level + 1);
        while (true) {
            Token token = in.peek();
            String operator = null;
            for (String candidate : LEVELS[level]) {
                if (token.is(candidate)) {
                    operator = candidate;
                }
            }
            if (operator == null) {
                return value;
            }
            in.next();
            value = apply(operator, value, level(level + 1), token);
        }
    }

    private long apply(String operator, long a, long b, Token at) {
        return switch (operator) {
            case "||" -> a != 0 || b != 0 ? 1 : 0;
            case "&&" -> a != 0 && b != 0 ? 1 : 0;
            case "|" -> a | b;
            case "^" -> a ^ b;
            case "&" -> a & b;
            case "==" -> a == b ? 1 : 0;
            case "!=" -> a != b ? 1 : 0;
            case "<" -> a < b ? 1 : 0;
            case ">" -> a > b ? 1 : 0;
            case "<=" -> a <= b ? 1 : 0;
            case ">=" -> a >= b ? 1 : 0;
            case "<<" -> a << b;
            case ">>" -> a >> b;
            case "+" -> a + b;
            case "-" -> a - b;
            case "*" -> a * b;
            default -> {
                if (b == 0) {
                    throw in.error(at, "division by zero in a constant expression");
                }
                yield operator.equals("/") ? a / b : a % b;
            }
        };
    }

    private long unary() {
        if (++depth > MAX_DEPTH) {
            throw in.error(in.peek(), "the expression is nested too deeply, at");
        }
        long value;
        if (in.accept("-")) {
            value = -unary();
        } else if (in.accept("~")) {
            value = ~unary();
        } else if (in.accept("!")) {
            value = unary() == 0 ? 1 : 0;
        } else if (in.accept("+")) {
            value = unary();
        } else if (in.accept("(")) {
            value = level(0);
            in.expect(")");
        } else {
            Token token = in.next();
            if (token.kind() != Kind.INTEGER) {
                throw in.error(token, "an integer is expected, not");
            }
            value = token.value();
        }
        depth--;
        return value;
    }
}
