package dev.clipjet.kernels.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.ptx.exec.ExecutionOptions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernel's bytes are those of the formula, computed plainly for whole images and then cropped. */
class ResizeKernelTest {
    /** A resize: source, size of the whole result, window, padding around it. */
    private record Case(
            int width,
            int height,
            int wholeWidth,
            int wholeHeight,
            int left,
            int top,
            int columns,
            int rows,
            boolean verticalFirst,
            int padding) {}

    private static final List<Case> CASES = List.of(
            new Case(83, 61, 43, 32, 5, 0, 32, 32, false, 0),
            new Case(61, 183, 32, 96, 0, 32, 32, 32, true, 0),
            new Case(7, 5, 70, 50, 3, 2, 66, 47, false, 0),
            new Case(64, 32, 64, 16, 10, 0, 30, 16, false, 2),
            new Case(40, 32, 16, 32, 0, 3, 16, 20, false, 1),
            new Case(20, 10, 20, 10, 4, 1, 9, 8, false, 3),
            new Case(1, 1, 4, 4, 0, 0, 4, 4, true, 0),
            new Case(900, 3, 2, 6, 0, 0, 2, 6, false, 0),
            new Case(6000, 2, 2, 2, 0, 0, 2, 1, false, 0));

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2})
    void bytesAreThoseOfTheFormula(long seed) {
        try (KernelRig rig =
                new KernelRig(ExecutionOptions.standard().withSeed(seed).withCounters(false))) {
            List<ResizeImage> images = new ArrayList<>();
            List<byte[]> expected = new ArrayList<>();
            Random random = new Random(5);
            for (Case each : CASES) {
                byte[] source = new byte[3 * each.width * each.height];
                random.nextBytes(source);
                ResizeFilter horizontal = ResizeFilter.bicubic(each.width, each.wholeWidth);
                ResizeFilter vertical = ResizeFilter.bicubic(each.height, each.wholeHeight);
                int outWidth = each.columns + 2 * each.padding;
                int outHeight = each.rows + each.padding;
                images.add(new ResizeImage(
                        rig.bytes(ByteBuffer.wrap(source)),
                        each.width,
                        each.height,
                        axis(horizontal, each.width, each.wholeWidth, each.left, each.columns),
                        axis(vertical, each.height, each.wholeHeight, each.top, each.rows),
                        each.left,
                        each.top,
                        each.columns,
                        each.rows,
                        each.verticalFirst,
                        rig.raw(3L * outWidth * outHeight),
                        outWidth,
                        outHeight,
                        each.padding,
                        each.padding,
                        17));
                expected.add(expected(each, source, horizontal, vertical, outWidth, outHeight));
            }
            run(rig, images);
            for (int i = 0; i < images.size(); i++) {
                ResizeImage image = images.get(i);
                byte[] result = new byte[expected.get(i).length];
                rig.read(image.out(), result.length).get(result);
                assertThat(result).as(CASES.get(i).toString()).isEqualTo(expected.get(i));
            }
        }
    }

    /** One pass is enough when no image changes in both directions. */
    @Test
    void imagesOfOnePassTakeOneLaunch() {
        try (KernelRig rig = new KernelRig(ExecutionOptions.standard())) {
            long source = rig.bytes(ByteBuffer.wrap(new byte[3 * 8 * 4]));
            ResizeImage copy = new ResizeImage(
                    source, 8, 4, Optional.empty(), Optional.empty(), 2, 1, 3, 2, false, rig.raw(18), 3, 2, 0, 0, 0);
            assertThat(new ResizeBatch(List.of(copy)).scratchBytes()).isZero();
            run(rig, List.of(copy));
            assertThat(rig.launches()).hasSize(1);
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        ResizeAxis axis = ResizeFilter.bicubic(8, 4).axis(0, 4);
        assertThatThrownBy(() -> new ResizeAxis(new int[] {0}, new int[] {2}, new int[1], 1, 22))
                .hasMessageContaining("position 0 takes 2 samples");
        assertThatThrownBy(() -> new ResizeAxis(new int[] {1, 0}, new int[] {1, 1}, new int[2], 1, 22))
                .hasMessageContaining("position 1 takes 1 samples from 0 on");
        assertThatThrownBy(() -> new ResizeAxis(new int[] {0}, new int[] {1}, new int[1], 1, 23))
                .hasMessageContaining("23 bits");
        assertThatThrownBy(() -> image(7, axis, 4, 4)).hasMessageContaining("last sample of a filter of columns is 8");
        assertThatThrownBy(() -> image(8, axis, 5, 5)).hasMessageContaining("a filter of 4 positions for 5 columns");
        assertThatThrownBy(() -> image(8, axis, 4, 3))
                .hasMessageContaining("4 columns behind 0 do not fit an output of 3");
        assertThatThrownBy(() -> new ResizeBatch(List.of())).hasMessageContaining("images is 0");
        ResizeBatch batch = new ResizeBatch(List.of(image(8, axis, 4, 4)));
        assertThatThrownBy(() -> batch.encode(ByteBuffer.allocate(100), 256, 0))
                .hasMessageContaining("bytes of tables");
        assertThatThrownBy(() -> batch.encode(ByteBuffer.allocate(4096), 8, 0))
                .hasMessageContaining("tables lies at 0x8");
    }

    private static ResizeImage image(int width, ResizeAxis horizontal, int columns, int outWidth) {
        return new ResizeImage(
                256,
                width,
                4,
                Optional.of(horizontal),
                Optional.empty(),
                0,
                0,
                columns,
                4,
                false,
                512,
                outWidth,
                4,
                0,
                0,
                0);
    }

    private static Optional<ResizeAxis> axis(ResizeFilter filter, int in, int out, int from, int count) {
        return in == out ? Optional.empty() : Optional.of(filter.axis(from, count));
    }

    private static void run(KernelRig rig, List<ResizeImage> images) {
        ResizeBatch batch = new ResizeBatch(images);
        ByteBuffer tables = ByteBuffer.allocateDirect((int) batch.tableBytes());
        long address = rig.raw(batch.tableBytes());
        batch.encode(tables, address, batch.scratchBytes() == 0 ? 0 : rig.raw(batch.scratchBytes()));
        assertThat(tables.remaining()).isZero();
        rig.stream().copyToDevice(address, tables.flip());
        new ResizeKernel(rig.library()).record(rig.stream(), batch, address);
    }

    private static byte[] expected(
            Case each, byte[] source, ResizeFilter horizontal, ResizeFilter vertical, int outWidth, int outHeight) {
        boolean wide = each.width != each.wholeWidth;
        boolean high = each.height != each.wholeHeight;
        byte[] image = source;
        if (each.verticalFirst) {
            image = high ? vertical.down(image, each.width) : image;
            image = wide ? horizontal.across(image, each.width) : image;
        } else {
            image = wide ? horizontal.across(image, each.width) : image;
            image = high ? vertical.down(image, each.wholeWidth) : image;
        }
        byte[] out = new byte[3 * outWidth * outHeight];
        for (int i = 0; i < out.length; i++) {
            int y = i / 3 / outWidth - each.padding;
            int x = i / 3 % outWidth - each.padding;
            boolean inside = y >= 0 && y < each.rows && x >= 0 && x < each.columns;
            out[i] = inside ? image[((y + each.top) * each.wholeWidth + x + each.left) * 3 + i % 3] : 17;
        }
        return out;
    }
}
