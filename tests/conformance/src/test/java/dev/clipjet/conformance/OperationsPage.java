package dev.clipjet.conformance;

import dev.clipjet.cpu.CpuExecutor;
import dev.clipjet.device.GpuDevice;
import dev.clipjet.engine.PreparedTower;
import dev.clipjet.error.InvalidInputException;
import dev.clipjet.graph.Graph;
import dev.clipjet.graph.Op;
import dev.clipjet.graph.PooledToken;
import dev.clipjet.graph.TowerGraph;
import dev.clipjet.kernels.cases.Bounds;
import dev.clipjet.kernels.cases.KernelCase;
import dev.clipjet.kernels.cases.KernelCases;
import dev.clipjet.kernels.cpu.WorkerPool;
import dev.clipjet.model.ModelSpec;
import dev.clipjet.model.TextTower;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.preprocess.Preprocessor;
import dev.clipjet.ptx.emulator.EmulatedDevice;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.verify.OperationError;
import dev.clipjet.verify.TowerVerifier;
import dev.clipjet.weights.Checkpoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The page of operations, found by running towers: an executor computes an operation in a type when a tower that has it gives, in that
 * type, what the CPU gives in float32.
 */
final class OperationsPage {
    private static final int THREADS = 2;
    private static final int TOKENS = 4;

    /** Columns: the CPU in float32, and the GPU's launches in each type. */
    private enum Column {
        CPU("CPU fp32"),
        GPU_F16("GPU fp16"),
        GPU_BF16("GPU bf16"),
        GPU_F32("GPU fp32");

        final String title;

        Column(String title) {
            this.title = title;
        }

        static Column gpu(ElementType type) {
            return valueOf("GPU_" + type.name());
        }
    }

    private final Map<Class<?>, Set<Column>> computed = new LinkedHashMap<>();
    private final Map<Class<?>, String> meanings = new LinkedHashMap<>();

    OperationsPage() {
        Arrays.stream(Op.class.getPermittedSubclasses())
                .sorted(Comparator.comparing(Class::getSimpleName))
                .forEach(kind -> computed.put(kind, new LinkedHashSet<>()));
    }

    /** Kinds of operations that no executor has been seen to compute on its own. */
    List<String> unseen() {
        return computed.entrySet().stream()
                .filter(entry -> !entry.getValue().contains(Column.CPU))
                .map(entry -> entry.getKey().getSimpleName())
                .toList();
    }

    /** Runs the towers of a model. */
    void run(Checkpoint checkpoint) {
        ModelSpec spec = checkpoint.spec();
        try (WorkerPool pool = new WorkerPool(THREADS);
                CpuExecutor cpu = new CpuExecutor(
                        checkpoint,
                        pool,
                        spec.preprocess().map(Preprocessor::of).map(each -> each::normalize))) {
            spec.vision().ifPresent(tower -> {
                PreparedTower prepared = cpu.prepare(TowerGraph.image(tower), 1, 1);
                prepared.input().begin();
                prepared.input().image(image(tower.imageSize()));
                prepared.input().end();
                cpu.run(prepared);
                add(prepared.graph(), Column.CPU);
            });
            spec.text().ifPresent(tower -> {
                PreparedTower prepared = cpu.prepare(TowerGraph.text(tower), 1, TOKENS);
                prepared.input().begin();
                int[] ids = text(tower);
                prepared.input().text(ids, PooledToken.position(tower, ids));
                prepared.input().end();
                cpu.run(prepared);
                add(prepared.graph(), Column.CPU);
            });
        }
        for (ElementType type : ElementType.computing()) {
            spec.vision()
                    .ifPresent(tower -> onGpu(
                            checkpoint,
                            type,
                            TowerGraph.image(tower).build(1),
                            (verifier, report) -> verifier.images(List.of(image(tower.imageSize())), report)));
            spec.text()
                    .ifPresent(tower -> onGpu(
                            checkpoint,
                            type,
                            TowerGraph.text(tower).build(1, TOKENS),
                            (verifier, report) -> verifier.texts(List.of(text(tower)), report)));
        }
    }

    private void onGpu(
            Checkpoint checkpoint,
            ElementType type,
            Graph graph,
            BiConsumer<TowerVerifier, Consumer<OperationError>> run) {
        ExecutionOptions options = ExecutionOptions.standard().withCounters(false);
        List<OperationError> errors = new ArrayList<>();
        try (GpuDevice device = new EmulatedDevice(EmulatedDevice.h200(), options);
                TowerVerifier verifier = new TowerVerifier(checkpoint, device, type, THREADS)) {
            run.accept(verifier, errors::add);
        } catch (InvalidInputException refused) {
            // The executor has no kernel for one of its operations, so none of them is shown to be computed here.
            return;
        }
        OperationError result =
                errors.stream().filter(OperationError::isResult).findFirst().orElseThrow();
        if (!(result.error() <= TowerVerifier.tolerance(type))) {
            throw new AssertionError(checkpoint.source() + " in " + type.label() + ": " + result);
        }
        add(graph, Column.gpu(type));
    }

    private void add(Graph graph, Column column) {
        for (Op op : graph.ops()) {
            computed.get(op.getClass()).add(column);
            meanings.put(op.getClass(), op.accept(OperationNames.VISITOR));
        }
    }

    /** Some ids and the highest one, which ends a text in the models that are run. */
    private static int[] text(TextTower tower) {
        return new int[] {1, 5, 3, tower.vocabSize() - 1};
    }

    private static byte[] image(int side) {
        byte[] rgb = new byte[3 * side * side];
        new Random(side).nextBytes(rgb);
        return rgb;
    }

    /** The page. */
    String text() {
        StringBuilder page = new StringBuilder("""
                # Operations

                This page is written by `OperationsPageTest`, which runs small models on every executor (the GPU's launches on the emulator) and
                fails while the page is stale; `-Dclipjet.operations=update` writes it anew.

                ## Operations of towers

                A mark says that towers with the operation give, in that type, what the CPU gives in float32.

                """);
        row(
                page,
                "operation",
                "what it computes",
                Arrays.stream(Column.values()).map(c -> c.title).toList());
        row(page, "---", "---", Arrays.stream(Column.values()).map(c -> "---").toList());
        computed.forEach((kind, columns) -> row(
                page,
                kind.getSimpleName(),
                meanings.getOrDefault(kind, ""),
                Arrays.stream(Column.values())
                        .map(column -> columns.contains(column) ? "yes" : "")
                        .toList()));
        page.append(String.format(
                Locale.ROOT, """

                ## Cases of the GPU's kernels

                Kernels are exact for small integers in cases of odd sizes, in fp16, bf16 and fp32, and on random data err at most %.0f times as
                much as the plain computation in the same type, both against fp64. Of the convolutions of ResNet-50 every launch is counted in
                fp16: sectors of global memory at most %.0f times those that the bytes fill, wavefronts of shared memory at most %.0f times those
                without bank conflicts. `KernelTimes` of the GPU suite times the cases of models.

                """, Bounds.TIMES_PLAIN_ERROR, Bounds.SECTORS_OVER_IDEAL, Bounds.WAVEFRONTS_OVER_IDEAL));
        page.append("| operation | cases | largest, in multiplications and additions |\n|---|---|---|\n");
        Map<String, List<KernelCase>> byOperation = new TreeMap<>();
        for (KernelCase each : KernelCases.all()) {
            byOperation
                    .computeIfAbsent(each.operation(), unused -> new ArrayList<>())
                    .add(each);
        }
        byOperation.forEach((operation, cases) -> {
            KernelCase largest = cases.get(0);
            for (KernelCase each : cases) {
                largest = each.operations() > largest.operations() ? each : largest;
            }
            page.append(String.format(
                    Locale.ROOT,
                    "| %s | %d | %s: %.0f million |\n",
                    operation,
                    cases.size(),
                    largest.name(),
                    largest.operations() / 1e6));
        });
        return page.toString();
    }

    private static void row(StringBuilder page, String first, String second, List<String> cells) {
        page.append("| ").append(first).append(" | ").append(second).append(" | ");
        page.append(String.join(" | ", cells)).append(" |\n");
    }
}
