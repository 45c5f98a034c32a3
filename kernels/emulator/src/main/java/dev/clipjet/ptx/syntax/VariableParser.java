package dev.clipjet.ptx.syntax;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Declarations of variables, registers and parameters. Annotations that only promise something to a compiler ({@code .ptr},
 * {@code .attribute}) are checked and dropped.
 */
final class VariableParser {
    private static final Set<String> SPACES = Set.of("reg", "global", "const", "shared", "local", "param");
    private static final Set<String> POINTER_SPACES = Set.of("global", "const", "shared", "local");
    private static final int MAX_ALIGNMENT = 1 << 30;
    private static final int MAX_REGISTERS = 1 << 24;
    private static final int MAX_DIMENSIONS = 16;

    private final TokenReader in;
    private final InitializerParser initializers;

    /**
     * A parser of declarations.
     *
     * @param in the tokens
     * @param addressable the names whose address an initializer may take
     */
    VariableParser(TokenReader in, AddressableNames addressable) {
        this.in = in;
        initializers = new InitializerParser(in, addressable);
    }

    /** Where a declaration stands. */
    enum Place {
        /** Outside functions. */
        MODULE,
        /** In a function's body. */
        BODY,
        /** In a list of parameters. */
        PARAMETER,
        /** In a list of parameters of a prototype, which have the name {@code _}. */
        PROTOTYPE
    }

    /** {@code .space ... type name, name = value;} with the space ahead. */
    List<Variable> list(String linking, Place place) {
        Head head = head(linking);
        List<Variable> declared = new ArrayList<>(1);
        do {
            declared.add(one(head, place));
        } while (in.accept(','));
        in.expect(';');
        return declared;
    }

    /** {@code (.param .u64 a, ...)}. */
    List<Variable> parameters(Place place) {
        in.expect('(');
        if (in.accept(')')) {
            return List.of();
        }
        List<Variable> list = new ArrayList<>();
        do {
            list.add(one(head(""), place));
        } while (in.accept(','));
        in.expect(')');
        return List.copyOf(list);
    }

    private record Head(String linking, String space, String typeName, DeclaredType type, int vector, int alignment) {
        int vectorBytes() {
            return type.bytes() * vector;
        }
    }

    private Head head(String linking) {
        if (in.kind() != TokenKind.DOTTED || !SPACES.contains(in.word())) {
            throw in.unexpected("a state space");
        }
        String space = in.word();
        in.advance();
        int alignment = 0;
        while (in.isDotted("align") || in.isDotted("attribute")) {
            if (in.acceptDotted("attribute")) {
                attribute();
            } else {
                in.advance();
                alignment = alignment();
            }
        }
        int vector = in.acceptDotted("v2") ? 2 : in.acceptDotted("v4") ? 4 : 1;
        DeclaredType type = in.kind() == TokenKind.DOTTED ? DeclaredType.of(in.word()) : null;
        if (type == null) {
            throw in.unexpected("a type");
        }
        String typeName = in.word();
        Head head = new Head(linking, space, typeName, type, vector, alignment);
        if (head.vectorBytes() > 16 || vector > 1 && typeName.equals("pred")) {
            throw in.error("a vector of " + vector + " ." + typeName);
        }
        if (typeName.equals("pred") && !space.equals("reg")) {
            throw in.error("predicates can only be registers");
        }
        in.advance();
        if (space.equals("param") && in.acceptDotted("ptr")) {
            pointer();
        }
        return head;
    }

    /** {@code .attribute(.managed)} or {@code .attribute(.unified(1, 2))}, of a variable or a function; the word is read. */
    void attribute() {
        in.expect('(');
        if (!in.acceptDotted("managed")) {
            in.expectDotted("unified");
            in.expect('(');
            in.expectInteger("half of an identifier", 0, Integer.MAX_VALUE);
            in.expect(',');
            in.expectInteger("half of an identifier", 0, Integer.MAX_VALUE);
            in.expect(')');
        }
        in.expect(')');
    }

    private int alignment() {
        int line = in.line();
        int value = in.expectInteger("an alignment", 1, MAX_ALIGNMENT);
        if (Integer.bitCount(value) != 1) {
            throw in.error(line, "an alignment must be a power of two", Integer.toString(value));
        }
        return value;
    }

    /** {@code .ptr .global .align 16}: promises about what a pointer points to. */
    private void pointer() {
        if (in.kind() == TokenKind.DOTTED && POINTER_SPACES.contains(in.word())) {
            in.advance();
        }
        if (in.acceptDotted("align")) {
            alignment();
        }
    }

    private Variable one(Head head, Place place) {
        int line = in.line();
        String name;
        if (place == Place.PROTOTYPE && in.accept('_')) {
            name = "_";
        } else {
            name = in.expectWord("a name");
        }
        boolean register = head.space().equals("reg");
        int count = register && place == Place.BODY && in.accept('<') ? range() : 0;
        List<Long> extents = new ArrayList<>(0);
        while (in.isMark('[')) {
            if (register || extents.size() == MAX_DIMENSIONS) {
                throw in.error(register ? "registers have no elements" : "too many dimensions");
            }
            in.advance();
            extents.add(extent(extents.isEmpty()));
        }
        List<Variable.Initializer> initializer = List.of();
        boolean open = !extents.isEmpty() && extents.get(0) <= 0;
        long inner = inner(head, extents, name, line);
        long elements = open ? -1 : inner;
        if (in.isMark('=')) {
            if (!head.space().equals("global") && !head.space().equals("const")
                    || head.linking().equals("extern")) {
                throw in.error("only .global and .const variables that are not extern can have initial values");
            }
            in.advance();
            InitializerParser.Values values = initializers.read(head.typeName(), head.type(), head.vector(), extents);
            initializer = values.elements();
            if (open) {
                elements = Math.multiplyExact(values.outermost(), inner);
            }
        }
        boolean mayBeOpen = head.linking().equals("extern") || head.space().equals("param");
        if (elements <= 0 && !mayBeOpen) {
            throw in.error(line, "an array without a size, or of size zero, that is not extern", name);
        }
        return new Variable(
                name,
                head.space(),
                head.linking(),
                head.typeName(),
                head.vector(),
                head.alignment() > 0 ? head.alignment() : head.vectorBytes(),
                elements,
                count,
                initializer,
                line);
    }

    private int range() {
        int count = in.expectInteger("the number of registers", 1, MAX_REGISTERS);
        in.expect('>');
        return count;
    }

    /** The extent of a dimension, -1 for an open one. */
    private long extent(boolean first) {
        if (first && in.accept(']')) {
            return -1;
        }
        if (in.kind() != TokenKind.INTEGER) {
            throw in.unexpected("the size of an array");
        }
        long extent = in.value();
        if (extent < 0 || extent == 0 && !first) {
            throw in.error("an array of impossible size");
        }
        in.advance();
        in.expect(']');
        return extent;
    }

    /** The number of elements, the open dimension not counted; so that their bytes can be counted in 63 bits. */
    private long inner(Head head, List<Long> extents, String name, int line) {
        long elements = 1;
        try {
            for (long extent : extents) {
                elements = Math.multiplyExact(elements, Math.max(1, extent));
            }
            Math.multiplyExact(elements, (long) head.vectorBytes());
            return elements;
        } catch (ArithmeticException overflow) {
            throw in.error(line, "an array of more than 2^63 bytes", name);
        }
    }
}
