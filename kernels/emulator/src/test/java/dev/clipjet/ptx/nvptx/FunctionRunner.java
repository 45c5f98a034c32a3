package dev.clipjet.ptx.nvptx;

import dev.clipjet.device.Dim3;
import dev.clipjet.ptx.emulator.Rig;
import dev.clipjet.ptx.exec.ExecutionOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Calls a function of a library once for each thread of a column of 32, with all checks. */
final class FunctionRunner {
    private static final int STACK = 8192;
    private static final int COLUMN = 32;

    private final Libraries libraries;

    FunctionRunner(Libraries libraries) {
        this.libraries = libraries;
    }

    /**
     * Results of a function of 32-bit and 64-bit values.
     *
     * @param function its name
     * @param result type of the result
     * @param types types of the arguments
     * @param arguments bits: {@code arguments[i][n]} is argument i of call n; the number of calls is a multiple of 32
     */
    long[] run(String function, String result, List<String> types, long[]... arguments) {
        StringBuilder entry = begin(types.size() + 1);
        StringBuilder call = new StringBuilder();
        entry.append("{\n.param .").append(result).append(" %out;\n");
        for (int i = 0; i < types.size(); i++) {
            String type = types.get(i);
            String register = (type.endsWith("64") ? "%v64_" : "%v32_") + i;
            entry.append(".param .").append(type).append(" %in").append(i).append(";\n");
            entry.append("ld.param.u64 %a, [p").append(i + 1).append("];\nadd.u64 %a, %a, %at8;\n");
            entry.append("ld.global.")
                    .append(type.endsWith("64") ? "b64 " : "b32 ")
                    .append(register);
            entry.append(", [%a];\nst.param.")
                    .append(type)
                    .append(" [%in")
                    .append(i)
                    .append("], ");
            entry.append(register).append(";\n");
            call.append(i == 0 ? "" : ", ").append("%in").append(i);
        }
        entry.append("call (%out), ")
                .append(function)
                .append(", (")
                .append(call)
                .append(");\n");
        boolean wide = result.endsWith("64");
        entry.append("ld.param.")
                .append(wide ? "b64" : "b32")
                .append(wide ? " %v64_9" : " %v32_9")
                .append(", [%out];\n");
        entry.append("ld.param.u64 %a, [p0];\nadd.u64 %a, %a, %at8;\n");
        entry.append(wide ? "" : "cvt.u64.u32 %v64_9, %v32_9;\n").append("st.global.u64 [%a], %v64_9;\n}\nret;\n}\n");
        ByteBuffer[] in = new ByteBuffer[arguments.length];
        for (int i = 0; i < in.length; i++) {
            in[i] = ByteBuffer.allocate(8 * arguments[i].length).order(ByteOrder.LITTLE_ENDIAN);
            in[i].asLongBuffer().put(arguments[i]);
        }
        int calls = arguments[0].length;
        long[] results = new long[calls];
        launch(function, entry.toString(), calls, 8, in).asLongBuffer().get(results);
        return results;
    }

    /** 16 bytes for each call of a function that takes their address and addresses of as many bytes for its arguments. */
    ByteBuffer runWide(String function, int calls, ByteBuffer... arguments) {
        return toAddress(function, calls, true, arguments);
    }

    /** 16 bytes for each call of a function that takes their address and two 64-bit values. */
    ByteBuffer runPair(String function, int calls, ByteBuffer first, ByteBuffer second) {
        return toAddress(function, calls, false, first, second);
    }

    private ByteBuffer toAddress(String function, int calls, boolean byAddress, ByteBuffer... arguments) {
        StringBuilder entry = begin(arguments.length + 1);
        StringBuilder call = new StringBuilder();
        entry.append("shl.b64 %v64_1, %at8, 1;\n{\n");
        for (int i = 0; i <= arguments.length; i++) {
            boolean address = i == 0 || byAddress;
            entry.append(".param .u64 %in")
                    .append(i)
                    .append(";\nld.param.u64 %a, [p")
                    .append(i);
            entry.append("];\nadd.u64 %a, %a, ").append(address ? "%v64_1;\n" : "%at8;\nld.global.u64 %a, [%a];\n");
            entry.append("st.param.u64 [%in").append(i).append("], %a;\n");
            call.append(i == 0 ? "" : ", ").append("%in").append(i);
        }
        entry.append("call ").append(function).append(", (").append(call).append(");\n}\nret;\n}\n");
        return launch(function, entry.toString(), calls, 16, arguments);
    }

    private static StringBuilder begin(int buffers) {
        StringBuilder entry = new StringBuilder(".visible .entry k(.param .u64 stacks");
        for (int i = 0; i < buffers; i++) {
            entry.append(", .param .u64 p").append(i);
        }
        return entry.append(")\n{\n.reg .u32 %t;\n.reg .u32 %n;\n.reg .u64 %a;\n.reg .u64 %b;\n.reg .u64 %at8;\n")
                .append(".reg .b64 %v64_<10>;\n.reg .b32 %v32_<10>;\n")
                .append("mov.u32 %t, %tid.y;\nmov.u32 %n, %ctaid.x;\nmad.lo.u32 %n, %n, 32, %t;\n")
                .append("mul.wide.u32 %at8, %n, 8;\nadd.u32 %n, %n, 1;\n")
                .append("ld.param.u64 %a, [stacks];\nmul.wide.u32 %b, %n, " + STACK + ";\nadd.u64 %a, %a, %b;\n")
                .append("mul.wide.u32 %b, %t, 8;\nmov.u64 %v64_0, __nvptx_stacks;\nadd.u64 %b, %b, %v64_0;\n")
                .append("st.shared.u64 [%b], %a;\n");
    }

    private ByteBuffer launch(String function, String entry, int calls, int bytes, ByteBuffer... arguments) {
        ExecutionOptions options = ExecutionOptions.standard().withWorkers(1);
        try (Rig rig = new Rig(function, libraries.link(entry, function), options)) {
            Object[] given = new Object[arguments.length + 2];
            given[0] = rig.raw((long) STACK * calls);
            long result = rig.raw((long) bytes * calls);
            given[1] = result;
            for (int i = 0; i < arguments.length; i++) {
                given[i + 2] = rig.bytes(arguments[i].array());
            }
            rig.launch("k", Dim3.of(calls / COLUMN), Dim3.of(1, COLUMN), given);
            return rig.read(result, bytes * calls);
        }
    }
}
