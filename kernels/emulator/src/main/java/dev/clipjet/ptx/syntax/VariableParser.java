package dev.clipjet.ptx.syntax;

import dev.clipjet.ptx.syntax.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Declarations of variables, registers and parameters, with initializers. */
final class VariableParser {
    private static final Set<String> TYPES = Set.of(
            "pred",
            "b8",
            "b16",
            "b32",
            "b64",
            "b128",
            "u8",
            "u16",
            "u32",
            "u64",
            "s8",
            "s16",
            "s32",
            "s64",
            "f16",
            "f16x2",
            "bf16",
            "bf16x2",
            "f32",
            "f64",
            "texref",
            "samplerref",
            "surfref");
    private static final int MAX_DEPTH = 16;

    private final TokenReader in;

    VariableParser(TokenReader in) {
        this.in = in;
    }

    /** {@code .space ... type name, name = init;} with the space ahead; adds what it declares. */
    void list(String linking, List<Variable> target) {
        Head head = head(linking);
        do {
            target.add(one(head));
        } while (in.accept(","));
        in.expect(";");
    }

    /** {@code (.param .u64 a, ...)}. */
    List<Variable> parameters() {
        List<Variable> list = new ArrayList<>();
        in.expect("(");
        if (in.accept(")")) {
            return list;
        }
        do {
            list.add(one(head("")));
        } while (in.accept(","));
        in.expect(")");
        return List.copyOf(list);
    }

    private record Head(String linking, String space, String type, int vector, int alignment, int line) {}

    private Head head(String linking) {
        Token space = in.next();
        if (space.kind() != Kind.DOTTED
                || !Set.of("reg", "global", "const", "shared", "local", "param").contains(space.text())) {
            throw in.error(space, "a state space is expected, not");
        }
        int vector = 1;
        int alignment = 0;
        String type = null;
        while (in.peek().kind() == Kind.DOTTED) {
            Token token = in.next();
            if (token.text().equals("align")) {
                alignment = alignment();
            } else if (token.text().equals("v2") || token.text().equals("v4")) {
                vector = token.text().charAt(1) - '0';
            } else if (token.text().equals("ptr")) {
                pointerAnnotations();
            } else if (token.text().equals("attribute")) {
                in.expect("(");
                in.next();
                in.expect(")");
            } else if (TYPES.contains(token.text()) && type == null) {
                type = token.text();
            } else {
                throw in.error(token, "unknown or misplaced part of a declaration");
            }
        }
        if (type == null) {
            throw in.error(in.peek(), "a type is expected, not");
        }
        return new Head(linking, space.text(), type, vector, alignment, space.line());
    }

    private int alignment() {
        Token token = in.next();
        if (token.kind() != Kind.INTEGER
                || Long.bitCount(token.value()) != 1
                || token.value() < 1
                || token.value() > 1 << 20) {
            throw in.error(token, "an alignment must be a power of two, not");
        }
        return (int) token.value();
    }

    /** {@code .ptr .global .align 16}: promises about what a pointer points to. */
    private void pointerAnnotations() {
        while (in.peek().kind() == Kind.DOTTED) {
            if (in.acceptDotted("align")) {
                alignment();
            } else if (!in.acceptDotted("global")
                    && !in.acceptDotted("const")
                    && !in.acceptDotted("shared")
                    && !in.acceptDotted("local")) {
                return;
            }
        }
    }

    private Variable one(Head head) {
        Token name = in.next();
        if (name.kind() != Kind.WORD) {
            throw in.error(name, "a name is expected, not");
        }
        int count = 0;
        long elements = 1;
        if (in.accept("<")) {
            long range = in.expectInteger("the number of registers");
            if (range < 1 || range > 1 << 24 || !head.space().equals("reg")) {
                throw in.error(name, "a range of " + Long.toUnsignedString(range) + " registers");
            }
            count = (int) range;
            in.expect(">");
        }
        while (in.accept("[")) {
            if (in.accept("]")) {
                elements = -1;
                continue;
            }
            long extent = ConstantExpression.parse(in);
            in.expect("]");
            if (extent < 0 || elements > 0 && extent > (1L << 40) / Math.max(1, elements)) {
                throw in.error(name, "an array of impossible size");
            }
            elements = elements < 0 ? extent : elements * extent;
        }
        List<Variable.Initializer> initializer = new ArrayList<>();
        if (in.accept("=")) {
            initializer(head, initializer, 0);
            if (elements < 0) {
                elements = initializer.size() / head.vector();
            }
        }
        int natural = naturalAlignment(head);
        return new Variable(
                name.text(),
                head.space(),
                head.linking(),
                head.type(),
                head.vector(),
                Math.max(head.alignment(), natural),
                elements,
                count,
                List.copyOf(initializer),
                head.line());
    }

    private static int naturalAlignment(Head head) {
        int bytes = switch (head.type()) {
            case "pred", "b8", "u8", "s8" -> 1;
            case "b16", "u16", "s16", "f16", "bf16" -> 2;
            case "b32", "u32", "s32", "f32", "f16x2", "bf16x2" -> 4;
            case "b128" -> 16;
            default -> 8;
        };
        return bytes * head.vector();
    }

    private void initializer(Head head, List<Variable.Initializer> target, int depth) {
        if (in.accept("{")) {
            if (depth == MAX_DEPTH) {
                throw in.error(in.peek(), "the initializer is nested too deeply, at");
            }
            if (in.accept("}")) {
                return;
            }
            do {
                initializer(head, target, depth + 1);
            } while (in.accept(","));
            in.expect("}");
            return;
        }
        target.add(element(head));
    }

    private Variable.Initializer element(Head head) {
        boolean negative = false;
        Token token = in.peek();
        if (token.is("-")) {
            in.next();
            negative = true;
            token = in.peek();
        }
        if (token.kind() == Kind.FLOAT || token.kind() == Kind.DOUBLE) {
            in.next();
            double value = token.kind() == Kind.FLOAT
                    ? Float.intBitsToFloat((int) token.value())
                    : Double.longBitsToDouble(token.value());
            value = negative ? -value : value;
            long bits = switch (head.type()) {
                case "f32" -> Float.floatToRawIntBits((float) value);
                case "f64" -> Double.doubleToRawLongBits(value);
                default -> throw in.error(token, "a floating-point value for type ." + head.type());
            };
            return new Variable.Initializer(bits, null, false, -1);
        }
        if (token.kind() == Kind.WORD) {
            return symbol(-1);
        }
        long value = ConstantExpression.parse(in);
        if (in.accept("(")) {
            Variable.Initializer masked = symbol(value);
            in.expect(")");
            return masked;
        }
        value = negative ? -value : value;
        if (head.type().equals("f32")) {
            value = Float.floatToRawIntBits((float) value);
        } else if (head.type().equals("f64")) {
            value = Double.doubleToRawLongBits((double) value);
        }
        return new Variable.Initializer(value, null, false, -1);
    }

    private Variable.Initializer symbol(long mask) {
        String name = in.expectWord("a variable");
        boolean generic = name.equals("generic") && in.accept("(");
        if (generic) {
            name = in.expectWord("a variable");
            in.expect(")");
        }
        long addend = 0;
        if (in.accept("+")) {
            addend = ConstantExpression.parse(in);
        } else if (in.accept("-")) {
            addend = -ConstantExpression.parse(in);
        }
        return new Variable.Initializer(addend, name, generic, mask);
    }
}
