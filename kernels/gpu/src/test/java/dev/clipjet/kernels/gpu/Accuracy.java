package dev.clipjet.kernels.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.kernels.cases.Bounds;

/** The rule for results: at most twice the error of the plain computation of the same precision, both against double precision. */
final class Accuracy {
    private Accuracy() {}

    /**
     * Holds the largest and the mean squared error to twice those of the plain computation.
     *
     * @param result what the kernel gave
     * @param plain the plain computation: values as stored, float32 arithmetic, results rounded to storage
     * @param exact double precision from the same stored values
     */
    static void assertNoWorse(String what, float[] result, float[] plain, double[] exact) {
        assertThat(result).hasSameSizeAs(plain).hasSameSizeAs(exact);
        double most = 0;
        double plainMost = 0;
        double squares = 0;
        double plainSquares = 0;
        for (int i = 0; i < exact.length; i++) {
            double error = Math.abs(result[i] - exact[i]);
            assertThat(error).as("%s: element %d is %s", what, i, result[i]).isFinite();
            double plainError = Math.abs(plain[i] - exact[i]);
            most = Math.max(most, error);
            plainMost = Math.max(plainMost, plainError);
            squares += error * error;
            plainSquares += plainError * plainError;
        }
        assertThat(most).as("%s: largest error", what).isLessThanOrEqualTo(Bounds.TIMES_PLAIN_ERROR * plainMost);
        assertThat(Math.sqrt(squares / exact.length))
                .as("%s: root mean square error", what)
                .isLessThanOrEqualTo(Bounds.TIMES_PLAIN_ERROR * Math.sqrt(plainSquares / exact.length));
    }
}
