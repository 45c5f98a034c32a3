package dev.clipjet.ptx.syntax;

import dev.clipjet.ptx.syntax.ConstantExpression.Constant;
import java.util.ArrayList;
import java.util.List;

/** Initial values of variables. Rows that are shorter than their dimension are filled with zeros, as the language says. */
final class InitializerParser {
    /** Zeros that short rows may stand for, in one variable. */
    private static final int MAX_FILL = 1 << 20;

    private static final int SMALL = 256;
    private static final Variable.Initializer[] SMALL_VALUES = smallValues();

    private final TokenReader in;
    private final AddressableNames addressable;
    private String typeName;
    private DeclaredType type;
    private long[] extents;
    private List<Variable.Initializer> elements;
    private long pendingZeros;
    private int filled;

    InitializerParser(TokenReader in, AddressableNames addressable) {
        this.in = in;
        this.addressable = addressable;
    }

    /**
     * What was read.
     *
     * @param elements the elements, without zeros at the end that are not written
     * @param outermost the number of rows in the outermost braces
     */
    record Values(List<Variable.Initializer> elements, long outermost) {}

    /**
     * Reads initial values.
     *
     * @param elementTypeName name of the element type
     * @param elementType the element type
     * @param vector elements of a vector
     * @param dimensions the dimensions, an open or zero one first being bounded by nothing
     */
    Values read(String elementTypeName, DeclaredType elementType, int vector, List<Long> dimensions) {
        if (elementType.kind() == DeclaredType.Kind.OTHER) {
            throw in.error("variables of type ." + elementTypeName + " can have no initial value");
        }
        typeName = elementTypeName;
        type = elementType;
        extents = new long[dimensions.size() + (vector > 1 ? 1 : 0)];
        for (int i = 0; i < dimensions.size(); i++) {
            extents[i] = dimensions.get(i);
        }
        if (vector > 1) {
            extents[extents.length - 1] = vector;
        }
        elements = new ArrayList<>(1);
        pendingZeros = 0;
        filled = 0;
        long outermost = row(0);
        return new Values(List.copyOf(elements), outermost);
    }

    /** A row of a dimension, or an element behind the last one; the number of parts of the row. */
    private long row(int dimension) {
        if (dimension == extents.length) {
            fill();
            elements.add(element());
            return 1;
        }
        if (!in.isMark('{')) {
            throw in.unexpected("'{', since braces must follow the dimensions,");
        }
        in.advance();
        long limit = extents[dimension] < 0 ? Long.MAX_VALUE : extents[dimension];
        long parts = 0;
        if (!in.accept('}')) {
            do {
                if (parts++ == limit) {
                    throw in.error("more than " + limit + " initial values for this dimension");
                }
                row(dimension + 1);
            } while (in.accept(','));
            in.expect('}');
        }
        if (dimension > 0) {
            long missing = limit - parts;
            for (int inner = dimension + 1; inner < extents.length; inner++) {
                missing *= extents[inner];
            }
            pendingZeros += missing;
        }
        return parts;
    }

    private void fill() {
        if (pendingZeros > MAX_FILL - filled) {
            throw in.error("short rows leave out more than " + MAX_FILL + " elements");
        }
        filled += (int) pendingZeros;
        for (; pendingZeros > 0; pendingZeros--) {
            elements.add(SMALL_VALUES[0]);
        }
    }

    private Variable.Initializer element() {
        if (in.kind() == TokenKind.WORD && !in.word().equals("WARP_SZ")) {
            return address(-1);
        }
        if (in.kind() == TokenKind.FLOAT) {
            if (!takesFractions() || type.bytes() != 4) {
                throw in.error("a 0f literal as initial value of type ." + typeName);
            }
            long bits = in.value();
            in.advance();
            return number(bits);
        }
        Constant constant;
        if (in.kind() == TokenKind.INTEGER) {
            Constant first = ConstantExpression.integer(in.value(), in.unsigned());
            in.advance();
            if (in.accept('(')) {
                return masked(first.bits());
            }
            constant = ConstantExpression.isOperator(in.mark()) ? ConstantExpression.parseAfter(first, in) : first;
        } else {
            constant = ConstantExpression.parse(in);
        }
        return number(bits(constant));
    }

    private boolean takesFractions() {
        return type.kind() == DeclaredType.Kind.FLOAT || type.kind() == DeclaredType.Kind.BITS && type.bytes() >= 4;
    }

    private long bits(Constant constant) {
        if (constant.isDouble() ? !takesFractions() : type.kind() == DeclaredType.Kind.FLOAT) {
            throw in.error("an initial value of the wrong kind for type ." + typeName + " before this");
        }
        if (constant.isDouble() && type.bytes() == 4) {
            return Integer.toUnsignedLong(Float.floatToRawIntBits((float) constant.asDouble()));
        }
        return constant.bits();
    }

    /** {@code 0xFF00(symbol)}: one byte of an address or a constant; the parenthesis is read. */
    private Variable.Initializer masked(long mask) {
        int shift = Long.numberOfTrailingZeros(mask);
        if (shift % 8 != 0 || mask >>> shift != 0xFF) {
            throw in.error("a mask must select one byte, not 0x" + Long.toHexString(mask));
        }
        Variable.Initializer masked;
        if (in.kind() == TokenKind.WORD && !in.word().equals("WARP_SZ")) {
            masked = address(mask);
        } else {
            masked = number((ConstantExpression.integer(in) & mask) >>> shift);
        }
        in.expect(')');
        return masked;
    }

    private Variable.Initializer address(long mask) {
        if (type.kind() != DeclaredType.Kind.UNSIGNED || mask == -1 && type.bytes() < 4) {
            throw in.error("an address as initial value of type ." + typeName);
        }
        String name = in.expectWord("a variable or function");
        boolean generic = name.equals("generic") && in.accept('(');
        if (generic) {
            name = in.expectWord("a variable");
        }
        if (!addressable.contains(name)) {
            throw in.error("the address of " + name
                    + ", which is not declared before this as a .global or .const variable or" + " a function");
        }
        if (generic) {
            in.expect(')');
        }
        long addend = in.accept('+') ? ConstantExpression.integer(in) : 0;
        return new Variable.Initializer(addend, name, generic, mask);
    }

    private static Variable.Initializer number(long bits) {
        return bits >= 0 && bits < SMALL ? SMALL_VALUES[(int) bits] : new Variable.Initializer(bits, null, false, -1);
    }

    private static Variable.Initializer[] smallValues() {
        Variable.Initializer[] values = new Variable.Initializer[SMALL];
        for (int i = 0; i < SMALL; i++) {
            values[i] = new Variable.Initializer(i, null, false, -1);
        }
        return values;
    }
}
