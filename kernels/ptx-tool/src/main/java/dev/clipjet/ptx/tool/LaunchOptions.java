package dev.clipjet.ptx.tool;

import dev.clipjet.device.Dim3;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.ptx.syntax.Function;
import dev.clipjet.ptx.syntax.PtxModule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What is launched, and how: the options that {@code run}, {@code check} and {@code profile} share. */
final class LaunchOptions {
    /** Help on arguments, for the end of a command's help. */
    static final String ARGUMENT_FORMS = "%nArguments, each with NAME= before it to name it (x=in:f32[64]=zeros):%n"
            + "  i32:7  u64:0x10  f32:1.5  f16:2   a scalar: i8 u8 i16 u16 i32 u32 i64 u64 f16 bf16 f32 f64%n"
            + "  in:f32[1024]=FILLING              an array in global memory, filled with zeros, range, value:V,%n"
            + "                                    random[:SEED[:LOW:HIGH]] or file:PATH (raw, little-endian)%n"
            + "  out:f32[1024]                     an array that nobody has written; shown afterwards%n"
            + "  inout:f32[1024]=FILLING           filled before, shown afterwards%n"
            + "  struct:i32:4,f32:1.5  bytes:0a0b  a structure by value%n"
            + "  ref:x  ref:x+16                   the address of the array of the argument x, plus bytes%n"
            + "%nFor example:";

    @Parameters(index = "0", paramLabel = "FILE.ptx", description = "The PTX file.")
    private Path file;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "KERNEL",
            description = "The kernel; may be left out if there is only one. C++ names can be given unmangled.")
    private String kernel;

    @Option(
            names = "--grid",
            required = true,
            paramLabel = "X[,Y[,Z]]",
            converter = Dim3Converter.class,
            description = "Blocks of the grid.")
    private Dim3 grid;

    @Option(
            names = "--block",
            required = true,
            paramLabel = "X[,Y[,Z]]",
            converter = Dim3Converter.class,
            description = "Threads of a block.")
    private Dim3 block;

    @Option(
            names = "--cluster",
            paramLabel = "X[,Y[,Z]]",
            converter = Dim3Converter.class,
            description = "Blocks of a cluster.")
    private Dim3 cluster = Dim3.ONE;

    @Option(
            names = "--arg",
            paramLabel = "ARGUMENT",
            description = "An argument, in the order of the parameters; the forms are below.")
    private List<String> arguments = new ArrayList<>();

    @Option(
            names = "--shared",
            paramLabel = "BYTES",
            defaultValue = "0",
            description = "Dynamic shared memory of a block.")
    private int shared;

    @Option(names = "--cooperative", description = "All blocks are resident at once, and may wait for each other.")
    private boolean cooperative;

    @Option(
            names = "--workers",
            paramLabel = "N",
            description = "Threads that run blocks; as many as there are cores by default.")
    private int workers = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "1000000000",
            description = "Warp instructions after which a launch is ended (default: ${DEFAULT-VALUE}).")
    private long limit;

    @Option(
            names = "--sources",
            paramLabel = "DIR",
            description = "Where the sources lie that .loc names; the PTX file's directory by default.")
    private Path sources;

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    boolean json() {
        return json;
    }

    /** Reads the file, finds the kernel, and reads the arguments. */
    Request request() {
        if (workers < 1 || limit < 1) {
            throw new UsageException("--workers and --limit are at least 1");
        }
        if (shared < 0) {
            throw new UsageException("--shared is not negative");
        }
        PtxFile ptx = PtxFile.read(file);
        PtxModule module = ptx.parse();
        Function entry = PtxFile.entry(module, kernel);
        Path folder = sources != null ? sources : file.toAbsolutePath().getParent();
        return new Request(
                ptx,
                module,
                entry,
                new LaunchShape(grid, block, cluster, shared, cooperative),
                Signature.arguments(entry, arguments),
                workers,
                limit,
                new SourceLines(folder));
    }
}
