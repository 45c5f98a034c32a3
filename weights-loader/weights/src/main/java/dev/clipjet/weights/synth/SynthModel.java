package dev.clipjet.weights.synth;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clipjet.error.InvalidInputException;
import dev.clipjet.files.Existing;
import dev.clipjet.files.OutputFile;
import dev.clipjet.files.ProtectedFiles;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.FloatConversion;
import dev.clipjet.weights.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Writes models of full size whose weights are a formula: as directories of Hugging Face where its library has the
 * architecture, else of open_clip. They embed as badly as any untrained model, but their
 * speed, memory and numerics are those of the real ones. The model is never in memory as a whole.
 */
public final class SynthModel {
    /** Elements per piece of work: 4 MiB in F32. */
    private static final int PIECE = 1 << 20;

    private static final JsonMapper JSON = new JsonMapper();

    private record Piece(SynthLayout layout, long firstRow, int rows) {}

    private SynthModel() {}

    /**
     * Writes a model.
     *
     * @param prefix goes in front of every tensor's name before it is hashed: another prefix, another model
     * @param dtype F32, F16 or BF16; the F32 values are rounded to nearest
     * @param directory is created if need be
     * @throws InvalidInputException for other types
     * @throws java.nio.file.FileAlreadyExistsException if it has a file of one of these names
     * @throws IOException if writing fails
     */
    public static void write(SynthArchitecture architecture, String prefix, ElementType dtype, Path directory)
            throws IOException {
        if (dtype != ElementType.F32 && dtype != ElementType.F16 && dtype != ElementType.BF16) {
            throw new InvalidInputException("weights of type " + dtype + " cannot be written; F32, F16 and BF16 can");
        }
        Files.createDirectories(directory);
        boolean huggingFace = architecture.isInHuggingFaceLibrary();
        List<SynthLayout> layouts = SynthTensor.of(architecture).stream()
                .flatMap(tensor -> huggingFace
                        ? SynthLayout.of(tensor).stream()
                        : Stream.of(SynthLayout.same(tensor.name(), tensor)))
                .toList();
        List<SafetensorsWriter.Declaration> declarations = layouts.stream()
                .map(layout -> new SafetensorsWriter.Declaration(layout.name(), dtype, layout.shape()))
                .toList();
        Path weights = directory.resolve(huggingFace ? "model.safetensors" : "open_clip_model.safetensors");
        try (SafetensorsWriter writer = SafetensorsWriter.create(weights, Map.of("format", "pt"), declarations)) {
            writeAll(pieces(layouts), prefix, dtype, writer);
            writer.finish();
        }
        for (Map.Entry<String, ObjectNode> file :
                SynthConfig.files(architecture, dtype).entrySet()) {
            write(directory.resolve(file.getKey()), file.getValue());
        }
    }

    private static void write(Path file, ObjectNode document) throws IOException {
        byte[] content = JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(document);
        OutputFile.write(file, content, Existing.REFUSE, ProtectedFiles.none());
    }

    private static List<Piece> pieces(List<SynthLayout> layouts) {
        List<Piece> pieces = new ArrayList<>();
        for (SynthLayout layout : layouts) {
            int step = (int) Math.max(1, PIECE / layout.columns());
            for (long row = 0; row < layout.rows(); row += step) {
                pieces.add(new Piece(layout, row, (int) Math.min(step, layout.rows() - row)));
            }
        }
        return pieces;
    }

    private static void writeAll(List<Piece> pieces, String prefix, ElementType dtype, SafetensorsWriter writer)
            throws IOException {
        int workers = Runtime.getRuntime().availableProcessors();
        ExecutorService pool = Executors.newFixedThreadPool(workers);
        try {
            AtomicInteger next = new AtomicInteger();
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < workers; i++) {
                running.add(pool.submit(() -> {
                    float[] values = new float[PIECE];
                    ByteBuffer bytes =
                            ByteBuffer.allocateDirect(PIECE * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
                    for (int at = next.getAndIncrement(); at < pieces.size(); at = next.getAndIncrement()) {
                        write(pieces.get(at), prefix, dtype, values, bytes, writer);
                    }
                    return null;
                }));
            }
            for (Future<?> worker : running) {
                worker.get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IllegalStateException("writing synthetic weights failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("writing was interrupted").initCause(e);
        } finally {
            pool.shutdownNow();
        }
    }

    private static void write(
            Piece piece, String prefix, ElementType dtype, float[] values, ByteBuffer bytes, SafetensorsWriter writer)
            throws IOException {
        SynthLayout layout = piece.layout();
        SynthTensor source = layout.source();
        long hash = SynthFormula.hash(prefix + source.name());
        int columns = (int) layout.columns();
        for (int row = 0; row < piece.rows(); row++) {
            SynthFormula.fill(
                    hash,
                    layout.first() + (piece.firstRow() + row) * layout.rowStride(),
                    layout.columnStride(),
                    source.scale(),
                    source.offset(),
                    values,
                    row * columns,
                    columns);
        }
        int count = piece.rows() * columns;
        put(values, count, dtype, bytes.clear());
        bytes.limit(count * dtype.bytes());
        writer.write(layout.name(), piece.firstRow() * columns * dtype.bytes(), bytes);
    }

    private static void put(float[] values, int count, ElementType dtype, ByteBuffer bytes) {
        if (dtype == ElementType.F32) {
            FloatBuffer floats = bytes.asFloatBuffer();
            floats.put(values, 0, count);
            return;
        }
        ShortBuffer shorts = bytes.asShortBuffer();
        for (int i = 0; i < count; i++) {
            shorts.put(
                    i,
                    dtype == ElementType.F16
                            ? FloatConversion.toHalf(values[i])
                            : FloatConversion.toBfloat16(values[i]));
        }
    }
}
