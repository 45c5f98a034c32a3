package dev.clipjet.weights.torch;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.weights.torch.PickleValue.BigInt;
import dev.clipjet.weights.torch.PickleValue.Constant;
import dev.clipjet.weights.torch.PickleValue.Dict;
import dev.clipjet.weights.torch.PickleValue.Global;
import dev.clipjet.weights.torch.PickleValue.Int;
import dev.clipjet.weights.torch.PickleValue.Module;
import dev.clipjet.weights.torch.PickleValue.Real;
import dev.clipjet.weights.torch.PickleValue.Sequence;
import dev.clipjet.weights.torch.PickleValue.Text;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads one pickle (protocols 2 to 5) into inert values. Names outside {@link AllowedGlobals} are refused where they are
 * mentioned, calls are carried out only for the few functions that build tensors and containers, and nothing is looked
 * up or executed. Every opcode makes at most one value and the memo's indices are bounded by the length of the pickle,
 * so time and memory are linear in it.
 */
final class PickleInterpreter {
    /** The newest protocol; protocols 0 and 1 are not written by torch. */
    private static final int MAX_PROTOCOL = 5;

    /** Nested tuples; checkpoints have four levels. */
    private static final int MAX_DEPTH = 64;

    /** Longer integers exist only to waste time; the longest that torch writes has ten bytes. */
    private static final int MAX_INTEGER_BYTES = 1024;

    private final PickleStream stream;
    private final TensorFactory tensors;
    private final ArrayList<PickleValue> stack = new ArrayList<>();
    private int[] marks = new int[16];
    private int markCount;
    private PickleValue[] memo = new PickleValue[64];
    private int memoSize;

    PickleInterpreter(PickleStream stream, TensorFactory tensors) {
        this.stream = stream;
        this.tensors = tensors;
    }

    /**
     * Reads up to and including STOP.
     *
     * @throws ModelFormatException {@code FORBIDDEN} for a name outside the allow-list, {@code TRUNCATED},
     *     {@code MALFORMED}, {@code OUT_OF_BOUNDS}, {@code LIMIT} or {@code UNSUPPORTED}, always with the byte
     */
    PickleValue read() {
        for (int opcode = stream.opcode(); opcode != '.'; opcode = stream.opcode()) {
            execute(opcode);
        }
        PickleValue result = pop();
        if (!stack.isEmpty() || markCount != 0) {
            throw stream.error(Kind.MALFORMED, "values are left on the stack at STOP");
        }
        return result;
    }

    private void execute(int opcode) {
        switch (opcode) {
            case 0x80 -> protocol();
            case 0x95 -> frame();
            case '(' -> mark();
            case '0' -> pop();
            case '1' -> truncate(popMark());
            case '2' -> push(peek());
            case 'N' -> push(Constant.NONE);
            case 0x88 -> push(Constant.TRUE);
            case 0x89 -> push(Constant.FALSE);
            case 'J' -> push(new Int(stream.int32()));
            case 'K' -> push(new Int(stream.unsignedByte()));
            case 'M' -> push(new Int(stream.unsignedShort()));
            case 0x8a -> push(integer(stream.unsignedByte()));
            case 0x8b -> push(integer(stream.int32()));
            case 'G' -> push(new Real(stream.bigEndianDouble()));
            case 0x8c, 'U' -> push(new Text(stream.text(stream.unsignedByte())));
            case 'X', 'T' -> push(new Text(stream.text(Integer.toUnsignedLong(stream.int32()))));
            case 0x8d -> push(new Text(stream.text(stream.int64())));
            case ')' -> push(Sequence.EMPTY_TUPLE);
            case 0x85 -> tuple(stack.size() - 1);
            case 0x86 -> tuple(stack.size() - 2);
            case 0x87 -> tuple(stack.size() - 3);
            case 't' -> tuple(popMark());
            case ']' -> push(Sequence.list());
            case 'a' -> append(stack.size() - 1);
            case 'e' -> append(popMark());
            case '}' -> push(new Dict());
            case 's' -> setItems(stack.size() - 2);
            case 'u' -> setItems(popMark());
            case 'q' -> remember(stream.unsignedByte());
            case 'r' -> remember(Integer.toUnsignedLong(stream.int32()));
            case 0x94 -> remember(memoSize);
            case 'h' -> push(recall(stream.unsignedByte()));
            case 'j' -> push(recall(Integer.toUnsignedLong(stream.int32())));
            case 'c' -> push(global(stream.line(), stream.line()));
            case 0x93 -> stackGlobal();
            case 'Q' -> push(tensors.storage(pop()));
            case 'R' -> reduce();
            case 0x81 -> newObject();
            case 'b' -> build();
            case 'i' -> {
                Global named = global(stream.line(), stream.line());
                throw stream.error(Kind.UNSUPPORTED, "opcode INST, of " + named.name() + ", is not supported");
            }
            default ->
                throw PickleOpcodes.isDefined(opcode)
                        ? stream.error(Kind.UNSUPPORTED, "opcode " + hex(opcode) + " is not needed for tensors")
                        : stream.error(Kind.MALFORMED, "there is no opcode " + hex(opcode));
        }
    }

    private static String hex(int opcode) {
        return String.format("0x%02x", opcode);
    }

    private void protocol() {
        int version = stream.unsignedByte();
        if (version > MAX_PROTOCOL) {
            throw stream.error(Kind.UNSUPPORTED, "pickle protocol " + version + "; known are 2 to " + MAX_PROTOCOL);
        }
    }

    /** Frames help readers that buffer; here it only matters that they do not lie. */
    private void frame() {
        long length = stream.int64();
        if (length < 0 || length > stream.size() - stream.position()) {
            throw stream.error(
                    Kind.TRUNCATED,
                    "a frame announces " + Long.toUnsignedString(length) + " bytes, "
                            + (stream.size() - stream.position()) + " are left");
        }
    }

    private PickleValue integer(long length) {
        // The sign bit of LONG4's length is taken for part of an unsigned number that is never there.
        byte[] littleEndian = stream.raw(length);
        if (length > MAX_INTEGER_BYTES) {
            throw stream.error(Kind.LIMIT, "an integer of " + length + " bytes");
        }
        if (length <= Long.BYTES) {
            long value = 0;
            for (int i = littleEndian.length - 1; i >= 0; i--) {
                value = value << 8 | (littleEndian[i] & 0xff);
            }
            int unused = Long.SIZE - 8 * littleEndian.length;
            return new Int(length == 0 ? 0 : value << unused >> unused);
        }
        byte[] bigEndian = new byte[littleEndian.length];
        for (int i = 0; i < bigEndian.length; i++) {
            bigEndian[i] = littleEndian[bigEndian.length - 1 - i];
        }
        BigInteger value = new BigInteger(bigEndian);
        return value.bitLength() < Long.SIZE ? new Int(value.longValue()) : new BigInt(value);
    }

    private void tuple(int from) {
        List<PickleValue> items = above(from);
        int depth = 1;
        for (PickleValue item : items) {
            if (item instanceof Sequence sequence) {
                depth = Math.max(depth, sequence.depth() + 1);
            }
        }
        if (depth > MAX_DEPTH) {
            throw stream.error(Kind.LIMIT, "more than " + MAX_DEPTH + " nested tuples");
        }
        Sequence tuple = items.isEmpty() ? Sequence.EMPTY_TUPLE : Sequence.tuple(List.copyOf(items), depth);
        truncate(from);
        push(tuple);
    }

    private void append(int from) {
        List<PickleValue> items = above(from);
        if (!(below(from) instanceof Sequence list) || list.isTuple()) {
            throw stream.error(Kind.MALFORMED, "appends to " + below(from).description());
        }
        items.forEach(list::add);
        truncate(from);
    }

    private void setItems(int from) {
        List<PickleValue> items = above(from);
        if (!(below(from) instanceof Dict dict)) {
            throw stream.error(Kind.MALFORMED, "sets items of " + below(from).description());
        }
        if (items.size() % 2 != 0) {
            throw stream.error(Kind.MALFORMED, "a key has no value");
        }
        for (int i = 0; i < items.size(); i += 2) {
            if (!dict.put(key(items.get(i)), items.get(i + 1))) {
                throw stream.error(Kind.MALFORMED, "a dictionary has a key twice");
            }
        }
        truncate(from);
    }

    /** Keys are plain strings and numbers: objects whose equality Java knows, and compares in logarithmic time. */
    private Object key(PickleValue value) {
        if (value instanceof Text text) {
            return text.value();
        }
        if (value instanceof Int number) {
            return number.value();
        }
        throw stream.error(Kind.UNSUPPORTED, value.description() + " as a key; supported are strings and integers");
    }

    private Global global(String module, String name) {
        if (!AllowedGlobals.contains(module, name)) {
            throw stream.error(
                    Kind.FORBIDDEN,
                    "asks for the Python name " + shortened(module + "." + name)
                            + ", which is not among those that tensors need; nothing was executed");
        }
        return new Global(module + "." + name);
    }

    private static String shortened(String text) {
        return text.length() <= 120 ? text : text.substring(0, 117) + "...";
    }

    private void stackGlobal() {
        if (!(pop() instanceof Text name) || !(pop() instanceof Text module)) {
            throw stream.error(Kind.MALFORMED, "STACK_GLOBAL needs two strings");
        }
        push(global(module.value(), name.value()));
    }

    private void reduce() {
        List<PickleValue> arguments = arguments();
        PickleValue function = pop();
        if (!(function instanceof Global global)) {
            throw stream.error(Kind.MALFORMED, "calls " + function.description());
        }
        push(call(global.name(), arguments));
    }

    private PickleValue call(String function, List<PickleValue> arguments) {
        if (function.equals(AllowedGlobals.ORDERED_DICT)) {
            if (!arguments.isEmpty()) {
                throw stream.error(Kind.UNSUPPORTED, "OrderedDict with arguments, as Python 2 wrote it");
            }
            return new Dict();
        }
        if (function.equals(AllowedGlobals.REBUILD_TENSOR) || function.equals(AllowedGlobals.REBUILD_TENSOR_V2)) {
            return tensors.tensor(arguments);
        }
        if (function.equals(AllowedGlobals.REBUILD_PARAMETER)) {
            if (arguments.isEmpty() || !(arguments.get(0) instanceof PickleValue.Tensor tensor)) {
                throw stream.error(Kind.MALFORMED, "a parameter needs a tensor");
            }
            return tensor;
        }
        if (function.equals(AllowedGlobals.DEVICE)) {
            return new Global(function);
        }
        if (function.equals(AllowedGlobals.SIZE)
                || function.equals(AllowedGlobals.RESTORE_TYPE_TAG)
                || AllowedGlobals.LISTS.contains(function)) {
            if (arguments.isEmpty()) {
                throw stream.error(Kind.MALFORMED, function + " needs an argument");
            }
            return arguments.get(0);
        }
        if (AllowedGlobals.isScriptClass(function)) {
            return new Module(function);
        }
        throw stream.error(Kind.MALFORMED, "calls " + function + ", which is no function");
    }

    private void newObject() {
        List<PickleValue> arguments = arguments();
        if (!(pop() instanceof Global type)) {
            throw stream.error(Kind.MALFORMED, "NEWOBJ needs a class");
        }
        if (!AllowedGlobals.isScriptClass(type.name()) && !type.name().equals(AllowedGlobals.ORDERED_DICT)) {
            throw stream.error(Kind.MALFORMED, "makes an object of " + type.name() + ", which is no class of modules");
        }
        push(call(type.name(), arguments));
    }

    private List<PickleValue> arguments() {
        PickleValue value = pop();
        if (!(value instanceof Sequence arguments) || !arguments.isTuple()) {
            throw stream.error(Kind.MALFORMED, "arguments are " + value.description() + ", expected a tuple");
        }
        return arguments.items();
    }

    private void build() {
        PickleValue state = pop();
        PickleValue target = peek();
        if (target instanceof Module module && state instanceof Dict attributes) {
            if (!module.set(attributes)) {
                throw stream.error(Kind.MALFORMED, "sets the attributes of a module twice");
            }
        } else if (target instanceof Dict) {
            // A state dict carries its modules' versions in an attribute, which says nothing about tensors.
            if (!(state instanceof Dict attributes)
                    || !attributes.entries().keySet().stream().allMatch("_metadata"::equals)) {
                throw stream.error(Kind.MALFORMED, "sets an attribute of a dictionary other than _metadata");
            }
        } else {
            throw stream.error(
                    Kind.MALFORMED, "sets " + state.description() + " as the state of " + target.description());
        }
    }

    private void remember(long index) {
        if (index >= stream.size()) {
            throw stream.error(Kind.LIMIT, "memo index " + index + " in a pickle of " + stream.size() + " bytes");
        }
        PickleValue value = peek();
        if (index >= memo.length) {
            memo = Arrays.copyOf(memo, (int) Math.min(stream.size(), Math.max(index + 1, 2L * memo.length)));
        }
        if (memo[(int) index] == null) {
            memoSize++;
        }
        memo[(int) index] = value;
    }

    private PickleValue recall(long index) {
        if (index >= memo.length || memo[(int) index] == null) {
            throw stream.error(Kind.MALFORMED, "memo index " + index + " was never set");
        }
        return memo[(int) index];
    }

    private void mark() {
        if (markCount == marks.length) {
            marks = Arrays.copyOf(marks, 2 * markCount);
        }
        marks[markCount++] = stack.size();
    }

    private int popMark() {
        if (markCount == 0) {
            throw stream.error(Kind.MALFORMED, "stack underflow: no mark is set");
        }
        return marks[--markCount];
    }

    private void push(PickleValue value) {
        stack.add(value);
    }

    private PickleValue pop() {
        PickleValue top = peek();
        stack.remove(stack.size() - 1);
        return top;
    }

    private PickleValue peek() {
        return below(stack.size());
    }

    /** The value under a position, which must not be under the last mark. */
    private PickleValue below(int position) {
        checkFloor(position - 1);
        return stack.get(position - 1);
    }

    private List<PickleValue> above(int position) {
        checkFloor(position);
        return stack.subList(position, stack.size());
    }

    private void checkFloor(int position) {
        if (position < (markCount == 0 ? 0 : marks[markCount - 1])) {
            throw stream.error(Kind.MALFORMED, "stack underflow");
        }
    }

    private void truncate(int size) {
        stack.subList(size, stack.size()).clear();
    }
}
