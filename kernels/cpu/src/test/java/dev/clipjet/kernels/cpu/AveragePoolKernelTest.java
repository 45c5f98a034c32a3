package dev.clipjet.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AveragePoolKernelTest {
    private static final float POISON = 12345f;

    @ParameterizedTest
    @CsvSource({"1,2,2,1,2", "2,7,5,3,2", "1,8,8,64,2", "3,9,6,17,3", "1,4,4,33,1", "2,6,6,40,6"})
    void means_of_whole_squares(int images, int height, int width, int channels, int size) {
        Random random = new Random(5);
        float[] x = new float[images * height * width * channels];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        int outHeight = height / size;
        int outWidth = width / size;
        int outputs = images * outHeight * outWidth * channels;
        for (int threads : new int[] {1, 3}) {
            try (WorkerPool pool = new WorkerPool(threads);
                    FloatMemory in = new FloatMemory(x.length + 1);
                    FloatMemory out = new FloatMemory(outputs + 2)) {
                in.floats().put(1, x);
                for (int i = 0; i < out.size(); i++) {
                    out.floats().put(i, POISON);
                }
                new AveragePoolKernel(pool).run(images, height, width, channels, size, in, 1, out, 1);
                assertThat(out.floats().get(0)).isEqualTo(POISON);
                assertThat(out.floats().get(outputs + 1)).isEqualTo(POISON);
                for (int i = 0; i < outputs; i++) {
                    int c = i % channels;
                    int px = i / channels % outWidth;
                    int py = i / channels / outWidth % outHeight;
                    int image = i / channels / outWidth / outHeight;
                    double sum = 0;
                    for (int dy = 0; dy < size; dy++) {
                        for (int dx = 0; dx < size; dx++) {
                            sum += x[((image * height + py * size + dy) * width + px * size + dx) * channels + c];
                        }
                    }
                    assertThat((double) out.floats().get(1 + i))
                            .isCloseTo(sum / (size * size), org.assertj.core.data.Offset.offset(1e-6));
                }
            }
        }
    }
}
