package dev.clipjet.ptx.assembler;

import dev.clipjet.kernels.cuda.PrivateNatives;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompileResult;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;

/**
 * NVIDIA's PTX compiler, version 12.0, as the JCuda natives bring it: assembles PTX up to version 8.0 for any architecture from
 * sm_50 to sm_90a, on machines without a GPU too. Thread-safe.
 *
 * <p>It runs inside this process, and some malformed texts crash it, and the JVM with it. Texts that others wrote belong into an
 * {@link IsolatedAssembler}.
 */
public final class PtxAssembler {
    private static final Pattern VERSION = Pattern.compile("\\.version\\s+\\d+\\.\\d");
    private static final Pattern TARGET = Pattern.compile("\\.target\\s+sm_\\d");

    private static LinkageError missing;
    private static boolean loaded;

    private PtxAssembler() {}

    /**
     * Assembles a text.
     *
     * @param name for error messages, usually the file's name
     * @param ptx the text
     * @param options target and limits
     * @throws PtxAssemblyException if the assembler refuses the text
     * @throws IllegalStateException if there is no assembler for this platform
     */
    public static Assembly assemble(String name, String ptx, AssemblerOptions options) {
        refuseUnreadable(name, ptx, options.target());
        load();
        byte[] text = (ptx + '\0').getBytes(StandardCharsets.UTF_8);
        nvPTXCompilerHandle handle = new nvPTXCompilerHandle();
        check(JNvPTXCompiler.nvPTXCompilerCreate(handle, text.length, text), "create");
        try {
            List<String> arguments = new ArrayList<>(List.of(
                    "--gpu-name=" + options.target(),
                    "--verbose",
                    "--opt-level",
                    Integer.toString(options.optimization())));
            if (options.maxRegisters() > 0) {
                arguments.add("--maxrregcount=" + options.maxRegisters());
            }
            int result =
                    JNvPTXCompiler.nvPTXCompilerCompile(handle, arguments.size(), arguments.toArray(new String[0]));
            if (result != nvPTXCompileResult.NVPTXCOMPILE_SUCCESS) {
                String log = errorLog(handle);
                throw new PtxAssemblyException(
                        name,
                        options.target(),
                        AssemblerLog.complaints(log.isBlank() ? nvPTXCompileResult.stringFor(result) : log, ptx));
            }
            long[] size = new long[1];
            check(JNvPTXCompiler.nvPTXCompilerGetCompiledProgramSize(handle, size), "program size");
            byte[] cubin = new byte[Math.toIntExact(size[0])];
            check(JNvPTXCompiler.nvPTXCompilerGetCompiledProgram(handle, cubin), "program");
            String log = infoLog(handle);
            return new Assembly(cubin, AssemblerLog.kernels(log, name, options.target()), log);
        } finally {
            JNvPTXCompiler.nvPTXCompilerDestroy(handle);
        }
    }

    /** The assembler reads up to the first zero byte, and crashes on texts that do not begin as PTX does. */
    private static void refuseUnreadable(String name, String ptx, String target) {
        int zero = ptx.indexOf(0);
        String problem = zero >= 0
                ? "a zero byte"
                : !VERSION.matcher(ptx).find()
                        ? "there is no .version directive"
                        : !TARGET.matcher(ptx).find() ? "there is no .target directive" : null;
        if (problem != null) {
            int line = zero < 0
                    ? 0
                    : 1
                            + (int) ptx.substring(0, zero)
                                    .chars()
                                    .filter(c -> c == '\n')
                                    .count();
            throw new PtxAssemblyException(
                    name, target, List.of(new PtxAssemblyException.Complaint(line, problem, "")));
        }
    }

    private static synchronized void load() {
        if (!loaded && missing == null) {
            try {
                PrivateNatives.load(() -> JNvPTXCompiler.setExceptionsEnabled(false));
                loaded = true;
            } catch (LinkageError absent) {
                missing = absent;
            }
        }
        if (missing != null) {
            throw new IllegalStateException(
                    "there is no PTX assembler for " + System.getProperty("os.name") + " "
                            + System.getProperty("os.arch") + ": " + missing.getMessage(),
                    missing);
        }
    }

    private static void check(int result, String call) {
        if (result != nvPTXCompileResult.NVPTXCOMPILE_SUCCESS) {
            throw new IllegalStateException(
                    "the PTX compiler failed at " + call + ": " + nvPTXCompileResult.stringFor(result));
        }
    }

    private static String errorLog(nvPTXCompilerHandle handle) {
        long[] size = new long[1];
        check(JNvPTXCompiler.nvPTXCompilerGetErrorLogSize(handle, size), "error log size");
        byte[] log = new byte[Math.toIntExact(size[0]) + 1];
        if (size[0] > 0) {
            check(JNvPTXCompiler.nvPTXCompilerGetErrorLog(handle, log), "error log");
        }
        return text(log);
    }

    private static String infoLog(nvPTXCompilerHandle handle) {
        long[] size = new long[1];
        check(JNvPTXCompiler.nvPTXCompilerGetInfoLogSize(handle, size), "info log size");
        byte[] log = new byte[Math.toIntExact(size[0]) + 1];
        if (size[0] > 0) {
            check(JNvPTXCompiler.nvPTXCompilerGetInfoLog(handle, log), "info log");
        }
        return text(log);
    }

    private static String text(byte[] zeroTerminated) {
        int end = 0;
        while (end < zeroTerminated.length && zeroTerminated[end] != 0) {
            end++;
        }
        return new String(zeroTerminated, 0, end, StandardCharsets.UTF_8);
    }
}
