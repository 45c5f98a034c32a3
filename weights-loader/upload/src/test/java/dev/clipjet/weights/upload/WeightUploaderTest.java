package dev.clipjet.weights.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.device.DeviceException;
import dev.clipjet.device.GpuDevice;
import dev.clipjet.device.GpuStream;
import dev.clipjet.error.ClosedException;
import dev.clipjet.error.InvalidInputException;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.ptx.emulator.EmulatedDevice;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.weights.StoredTensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightUploaderTest {
    private static final List<ElementType> TYPES = List.of(ElementType.F32, ElementType.F16, ElementType.BF16);

    private GpuDevice device;
    private GpuStream stream;

    @BeforeEach
    void open() {
        device = new EmulatedDevice(EmulatedDevice.h200(), ExecutionOptions.standard());
        stream = device.createStream();
    }

    /** Closing the device fails the test if anything was left allocated. */
    @AfterEach
    void close() {
        stream.close();
        device.close();
    }

    private byte[] read(UploadedWeight weight) {
        ByteBuffer target = ByteBuffer.allocateDirect(Math.toIntExact(weight.bytes()));
        stream.copyToHost(target, weight.address());
        byte[] bytes = new byte[target.capacity()];
        target.get(0, bytes);
        return bytes;
    }

    private static Matrices.Place place(WeightLayout layout, int columns, int width) {
        if (layout instanceof RowMajor rows) {
            return (row, column) -> (row * rows.leadingDimension(columns) + column) * width;
        }
        TiledLayout tiles = (TiledLayout) layout;
        int size = tiles.tileRows() * tiles.tileColumns();
        int across = (columns - 1) / tiles.tileColumns() + 1;
        return (row, column) -> {
            int tile = row / tiles.tileRows() * across + column / tiles.tileColumns();
            int inside = TileOrder.xor(8, 8, 1)
                    .index(row % tiles.tileRows(), column % tiles.tileColumns(), tiles.tileColumns());
            return (tile * size + inside) * width;
        };
    }

    @ParameterizedTest
    @ValueSource(ints = {256, 257, 1021, 1 << 16})
    void every_pair_of_types_in_every_layout_is_exact_to_the_bit(int bufferBytes) {
        List<WeightLayout> layouts =
                List.of(RowMajor.PLAIN, new RowMajor(8), new TiledLayout(16, 64, TileOrder.xor(8, 8, 1)));
        int[][] shapes = {{1, 1}, {1, 77}, {77, 1}, {33, 65}, {16, 64}, {130, 50}};
        List<StoredTensor> tensors = new ArrayList<>();
        List<UploadRequest> requests = new ArrayList<>();
        for (ElementType source : TYPES) {
            for (ElementType target : TYPES) {
                for (WeightLayout layout : layouts) {
                    for (int[] shape : shapes) {
                        StoredTensor tensor = Matrices.random("w", source, shape[0], shape[1], requests.size());
                        tensors.add(tensor);
                        requests.add(new UploadRequest("w" + requests.size(), RowSource.of(tensor), target, layout));
                    }
                }
            }
        }
        try (WeightUploader uploader = new WeightUploader(device, stream, UploadListener.NONE, bufferBytes);
                UploadedWeights weights = uploader.upload(requests)) {
            assertThat(weights.all()).hasSize(requests.size());
            long end = weights.address();
            for (int i = 0; i < requests.size(); i++) {
                UploadRequest request = requests.get(i);
                UploadedWeight weight = weights.get(request.name());
                int columns = request.source().columns();
                assertThat(weight.address()).isGreaterThanOrEqualTo(end);
                assertThat(weight.address() % 256).isZero();
                end = weight.address() + weight.bytes();
                assertThat(weight.rows()).isEqualTo(request.source().rows());
                assertThat(weight.columns()).isEqualTo(columns);
                assertThat(weight.dtype()).isEqualTo(request.target());
                assertThat(weight.layout()).isEqualTo(request.layout());
                Matrices.Place place =
                        place(request.layout(), columns, request.target().bytes());
                assertThat(read(weight))
                        .as("%s", request)
                        .isEqualTo(Matrices.expected(tensors.get(i), request.target(), weight.bytes(), place));
            }
            assertThat(end).isLessThanOrEqualTo(weights.address() + weights.bytes());
            assertThat(weights.overflows()).isEmpty();
        }
    }

    @Test
    void progress_is_told_buffer_by_buffer() {
        StoredTensor large = Matrices.random("large", ElementType.F32, 300, 100, 1);
        List<String> names = new ArrayList<>();
        List<Long> done = new ArrayList<>();
        List<Long> totals = new ArrayList<>();
        UploadListener listener = new UploadListener() {
            @Override
            public void progress(String weight, long doneBytes, long totalBytes) {
                names.add(weight);
                done.add(doneBytes);
                totals.add(totalBytes);
            }
        };
        try (WeightUploader uploader = new WeightUploader(device, stream, listener, 10_000);
                UploadedWeights weights = uploader.upload(List.of(
                        new UploadRequest("large", RowSource.of(large), ElementType.F16),
                        new UploadRequest("small", RowSource.of(new float[] {1, 2}, 2, 1), ElementType.F32)))) {
            assertThat(weights.bytes()).isEqualTo(60_160 + 256);
            assertThat(names).containsExactly("large", "large", "large", "large", "large", "large", "small");
            assertThat(done).containsExactly(10_000L, 20_000L, 30_000L, 40_000L, 50_000L, 60_000L, 60_416L);
            assertThat(totals).containsOnly(60_416L);
        }
    }

    @Test
    void overflows_are_counted_by_weight() {
        List<String> told = new ArrayList<>();
        UploadListener listener = new UploadListener() {
            @Override
            public void overflow(String weight, ElementType target, long count) {
                told.add(weight + " " + target + " " + count);
            }
        };
        StoredTensor floats = Matrices.stored(
                "f",
                ElementType.F32,
                2,
                3,
                65519f,
                65520f,
                -1e30f,
                Float.POSITIVE_INFINITY,
                Float.NaN,
                Float.MAX_VALUE);
        StoredTensor bfloats = Matrices.stored("b", ElementType.BF16, 1, 3, 65280f, 65536f, 1f);
        try (WeightUploader uploader = new WeightUploader(device, stream, listener);
                UploadedWeights weights = uploader.upload(List.of(
                        new UploadRequest("half", RowSource.of(floats), ElementType.F16),
                        new UploadRequest("bfloat", RowSource.of(floats), ElementType.BF16),
                        new UploadRequest("float", RowSource.of(floats), ElementType.F32),
                        new UploadRequest(
                                "tiles",
                                RowSource.of(floats),
                                ElementType.F16,
                                new TiledLayout(8, 8, TileOrder.ROW_MAJOR)),
                        new UploadRequest("from bfloat", RowSource.of(bfloats), ElementType.F16)))) {
            assertThat(told).containsExactly("half F16 3", "bfloat BF16 1", "tiles F16 3", "from bfloat F16 1");
            assertThat(weights.overflows())
                    .containsOnlyKeys("half", "bfloat", "tiles", "from bfloat")
                    .containsEntry("half", 3L);
            assertThat(read(weights.get("half")))
                    .isEqualTo(Matrices.expected(floats, ElementType.F16, 12, (row, column) -> 2 * (3 * row + column)));
        }
    }

    @Test
    void requests_that_make_no_sense_are_refused() {
        RowSource one = RowSource.of(new float[] {1}, 1, 1);
        assertThatThrownBy(() -> new UploadRequest("empty", RowSource.of(new float[0], 0, 4), ElementType.F16))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("weight \"empty\" is empty: 0 x 4");
        assertThatThrownBy(() -> new UploadRequest("none", RowSource.of(new float[0], 4, 0), ElementType.F16))
                .isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> new UploadRequest("w", one, ElementType.I64))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("\"w\" cannot be uploaded as I64");
        try (WeightUploader uploader = new WeightUploader(device, stream, UploadListener.NONE)) {
            assertThatThrownBy(() -> uploader.upload(List.of())).isInstanceOf(InvalidInputException.class);
            assertThatThrownBy(() -> uploader.upload(List.of(
                            new UploadRequest("w", one, ElementType.F32),
                            new UploadRequest("w", one, ElementType.F16))))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessage("weight \"w\" is to be uploaded twice");
            try (UploadedWeights weights = uploader.upload(List.of(new UploadRequest("w", one, ElementType.F32)))) {
                assertThatThrownBy(() -> weights.get("v"))
                        .isInstanceOf(InvalidInputException.class)
                        .hasMessage("no weight \"v\" was uploaded");
            }
        }
        assertThatThrownBy(() -> new WeightUploader(device, stream, UploadListener.NONE, 255))
                .isInstanceOf(InvalidInputException.class);
    }

    @Test
    void one_uploader_uploads_several_models_and_then_closes() {
        RowSource one = RowSource.of(new float[] {1, 2, 3}, 1, 3);
        WeightUploader uploader = new WeightUploader(device, stream, UploadListener.NONE);
        UploadedWeights first = uploader.upload(List.of(new UploadRequest("w", one, ElementType.F32)));
        UploadedWeights second = uploader.upload(List.of(new UploadRequest("w", one, ElementType.BF16)));
        uploader.close();
        uploader.close();
        assertThatThrownBy(() -> uploader.upload(List.of(new UploadRequest("w", one, ElementType.F32))))
                .isInstanceOf(ClosedException.class);
        assertThat(read(first.get("w"))).hasSize(12);
        assertThat(read(second.get("w"))).hasSize(6);
        first.close();
        first.close();
        assertThatThrownBy(() -> first.get("w")).isInstanceOf(ClosedException.class);
        second.close();
    }

    /** A source that never ends by itself. */
    private static RowSource endless(CountDownLatch reading) {
        return new RowSource() {
            @Override
            public ElementType dtype() {
                return ElementType.F32;
            }

            @Override
            public int rows() {
                return 100_000;
            }

            @Override
            public int columns() {
                return 1000;
            }

            @Override
            public void read(long element, int count, byte[] target, int offset) {
                reading.countDown();
            }
        };
    }

    @Test
    void a_listener_can_cancel() {
        AtomicReference<WeightUploader> running = new AtomicReference<>();
        List<Long> done = new ArrayList<>();
        UploadListener listener = new UploadListener() {
            @Override
            public void progress(String weight, long doneBytes, long totalBytes) {
                done.add(doneBytes);
                if (done.size() == 3) {
                    running.get().cancel();
                }
            }
        };
        try (WeightUploader uploader = new WeightUploader(device, stream, listener, 4096)) {
            running.set(uploader);
            List<UploadRequest> requests =
                    List.of(new UploadRequest("endless", endless(new CountDownLatch(1)), ElementType.F16));
            assertThatThrownBy(() -> uploader.upload(requests)).isInstanceOf(UploadCancelledException.class);
            assertThat(done).hasSize(3);
            assertThatThrownBy(() -> uploader.upload(requests)).isInstanceOf(UploadCancelledException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void another_thread_can_cancel_or_interrupt(boolean interrupt) throws InterruptedException {
        CountDownLatch reading = new CountDownLatch(1);
        try (WeightUploader uploader = new WeightUploader(device, stream, UploadListener.NONE, 4096)) {
            Thread caller = Thread.currentThread();
            Thread other = new Thread(() -> {
                try {
                    reading.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                if (interrupt) {
                    caller.interrupt();
                } else {
                    uploader.cancel();
                }
            });
            other.start();
            assertThatThrownBy(() ->
                            uploader.upload(List.of(new UploadRequest("endless", endless(reading), ElementType.F16))))
                    .isInstanceOf(UploadCancelledException.class)
                    .hasMessage("the upload was " + (interrupt ? "interrupted" : "cancelled"));
            assertThat(Thread.interrupted()).isEqualTo(interrupt);
            other.join();
        }
    }

    @Test
    void what_a_source_a_layout_or_a_listener_throws_comes_out() {
        RowSource broken = new RowSource() {
            @Override
            public ElementType dtype() {
                return ElementType.F32;
            }

            @Override
            public int rows() {
                return 1000;
            }

            @Override
            public int columns() {
                return 1000;
            }

            @Override
            public void read(long element, int count, byte[] target, int offset) {
                if (element > 500_000) {
                    throw new IllegalArgumentException("unreadable");
                }
            }
        };
        UploadListener picky = new UploadListener() {
            @Override
            public void progress(String weight, long doneBytes, long totalBytes) {
                throw new IllegalArgumentException("enough");
            }
        };
        try (WeightUploader uploader = new WeightUploader(device, stream, UploadListener.NONE, 4096);
                WeightUploader impatient = new WeightUploader(device, stream, picky, 4096)) {
            List<UploadRequest> requests = List.of(new UploadRequest("w", broken, ElementType.F16));
            assertThatThrownBy(() -> uploader.upload(requests))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("unreadable");
            assertThatThrownBy(() -> impatient.upload(requests))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("enough");
            WeightLayout tooWide = new RowMajor(Integer.MAX_VALUE);
            assertThatThrownBy(() -> uploader.upload(List.of(
                            new UploadRequest("wide", RowSource.of(new float[] {1}, 1, 1), ElementType.F32, tooWide))))
                    .isInstanceOfAny(DeviceException.class, InvalidInputException.class);
        }
    }
}
