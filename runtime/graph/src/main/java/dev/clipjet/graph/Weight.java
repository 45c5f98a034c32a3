package dev.clipjet.graph;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.model.CanonicalName;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What an operation needs of the checkpoint, as an expression over its canonical tensors. Equal expressions are equal objects, so that
 * whoever materializes them can keep each once. Vectors are computed in double precision and rounded once; matrices are mostly rows of
 * one tensor as it is stored, which {@link Matrix#isPlain} tells, so that they can be streamed from where they lie.
 */
public sealed interface Weight {
    /** The tensors that it reads, each once, the one that gives the most first. */
    Set<CanonicalName> sources();

    /**
     * Rows of a tensor, [rows, columns], with factors for its rows and columns: {@code rowScale[i] * source[firstRow + i, j] *
     * columnScale[j]}.
     *
     * @param source a canonical tensor with the same columns
     * @param firstRow first row that is used
     * @param rows number of rows that are used
     * @param columns elements of a row
     * @param rowScale one factor for each row that is used
     * @param columnScale one factor for each column
     */
    record Matrix(
            CanonicalName source,
            int firstRow,
            int rows,
            int columns,
            Optional<Vector> rowScale,
            Optional<Vector> columnScale)
            implements Weight {
        public Matrix {
            checkLength(source, rowScale, rows, "rows");
            checkLength(source, columnScale, columns, "columns");
        }

        /** All of a tensor. */
        public Matrix(CanonicalName source, int rows, int columns) {
            this(source, 0, rows, columns, Optional.empty(), Optional.empty());
        }

        /** Some of a tensor's rows. */
        public Matrix(CanonicalName source, int firstRow, int rows, int columns) {
            this(source, firstRow, rows, columns, Optional.empty(), Optional.empty());
        }

        @Override
        public Set<CanonicalName> sources() {
            Set<CanonicalName> all = new LinkedHashSet<>(Set.of(source));
            rowScale.ifPresent(scale -> all.addAll(scale.sources()));
            columnScale.ifPresent(scale -> all.addAll(scale.sources()));
            return all;
        }

        /** Whether it is rows of the tensor as they are stored. */
        public boolean isPlain() {
            return rowScale.isEmpty() && columnScale.isEmpty();
        }

        /** Number of elements. */
        public long elements() {
            return (long) rows * columns;
        }

        /** Every row times a factor of its own. */
        public Matrix scaleRows(Vector factors) {
            return new Matrix(source, firstRow, rows, columns, Optional.of(times(rowScale, factors)), columnScale);
        }

        /** Every column times a factor of its own. */
        public Matrix scaleColumns(Vector factors) {
            return new Matrix(source, firstRow, rows, columns, rowScale, Optional.of(times(columnScale, factors)));
        }

        /** This without {@link #rowScale}, for those who multiply their sums with it. */
        public Matrix withoutRowScale() {
            return new Matrix(source, firstRow, rows, columns, Optional.empty(), columnScale);
        }

        private static Vector times(Optional<Vector> old, Vector factors) {
            return old.<Vector>map(scale -> new Product(scale, factors)).orElse(factors);
        }

        private static void checkLength(CanonicalName source, Optional<Vector> factors, int expected, String what) {
            if (factors.isPresent() && factors.get().length() != expected) {
                throw new IllegalArgumentException(
                        factors.get().length() + " factors for " + expected + " " + what + " of " + source);
            }
        }
    }

    /** A vector. */
    sealed interface Vector extends Weight {
        /** Number of elements. */
        int length();

        /** The elements. */
        double[] evaluate(TensorSource tensors);

        /** The elements, rounded to float32. */
        default float[] floats(TensorSource tensors) {
            double[] values = evaluate(tensors);
            float[] rounded = new float[values.length];
            for (int i = 0; i < rounded.length; i++) {
                rounded[i] = (float) values[i];
            }
            return rounded;
        }

        /** Elements {@code first} to {@code first + count - 1}. */
        default Vector range(int first, int count) {
            return first == 0 && count == length() ? this : new Range(this, first, count);
        }
    }

    /** A canonical tensor, all of its elements in order. */
    record Stored(CanonicalName source, int length) implements Vector {
        @Override
        public Set<CanonicalName> sources() {
            return Set.of(source);
        }

        @Override
        public double[] evaluate(TensorSource tensors) {
            TensorSource.FloatTensor tensor = tensors.tensor(source);
            long stored = (long) tensor.rows() * tensor.columns();
            if (stored != length) {
                throw new InvalidInputException(source + " has " + stored + " elements, the tower wants " + length);
            }
            float[] values = new float[length];
            tensor.read(0, length, values, 0);
            double[] exact = new double[length];
            for (int i = 0; i < length; i++) {
                exact[i] = values[i];
            }
            return exact;
        }
    }

    /** Part of a vector. */
    record Range(Vector of, int first, int length) implements Vector {
        public Range {
            if (first < 0 || length < 0 || first + length > of.length()) {
                throw new IllegalArgumentException(
                        "elements " + first + " to " + (first + length - 1) + " of a vector of " + of.length());
            }
        }

        @Override
        public Set<CanonicalName> sources() {
            return of.sources();
        }

        @Override
        public double[] evaluate(TensorSource tensors) {
            return Arrays.copyOfRange(of.evaluate(tensors), first, first + length);
        }
    }

    /** Known numbers. */
    record Constant(List<Double> values) implements Vector {
        public Constant {
            values = List.copyOf(values);
        }

        @Override
        public Set<CanonicalName> sources() {
            return Set.of();
        }

        @Override
        public int length() {
            return values.size();
        }

        @Override
        public double[] evaluate(TensorSource tensors) {
            return values.stream().mapToDouble(Double::doubleValue).toArray();
        }
    }

    /** Every element {@code times} times, one after the other. */
    record Repeated(Vector of, int times) implements Vector {
        @Override
        public Set<CanonicalName> sources() {
            return of.sources();
        }

        @Override
        public int length() {
            return Math.multiplyExact(of.length(), times);
        }

        @Override
        public double[] evaluate(TensorSource tensors) {
            double[] values = of.evaluate(tensors);
            double[] result = new double[values.length * times];
            for (int i = 0; i < values.length; i++) {
                Arrays.fill(result, i * times, (i + 1) * times, values[i]);
            }
            return result;
        }
    }

    /** {@code a[i] * b[i]}. */
    record Product(Vector a, Vector b) implements Vector {
        public Product {
            checkSame(a, b);
        }

        @Override
        public Set<CanonicalName> sources() {
            return union(a, b);
        }

        @Override
        public int length() {
            return a.length();
        }

        @Override
        public double[] evaluate(TensorSource tensors) {
            double[] result = a.evaluate(tensors);
            double[] factors = b.evaluate(tensors);
            for (int i = 0; i < result.length; i++) {
                result[i] *= factors[i];
            }
            return result;
        }
    }

    /** {@code a[i] + b[i]}. */
    record Sum(Vector a, Vector b) implements Vector {
        public Sum {
            checkSame(a, b);
        }

        @Override
        public Set<CanonicalName> sources() {
            return union(a, b);
        }

        @Override
        public int length() {
            return a.length();
        }

        @Override
        public double[] evaluate(TensorSource tensors) {
            double[] result = a.evaluate(tensors);
            double[] addends = b.evaluate(tensors);
            for (int i = 0; i < result.length; i++) {
                result[i] += addends[i];
            }
            return result;
        }
    }

    /** {@code a[i] - b[i]}. */
    record Difference(Vector a, Vector b) implements Vector {
        public Difference {
            checkSame(a, b);
        }

        @Override
        public Set<CanonicalName> sources() {
            return union(a, b);
        }

        @Override
        public int length() {
            return a.length();
        }

        @Override
        public double[] evaluate(TensorSource tensors) {
            double[] result = a.evaluate(tensors);
            double[] subtrahends = b.evaluate(tensors);
            for (int i = 0; i < result.length; i++) {
                result[i] -= subtrahends[i];
            }
            return result;
        }
    }

    /** {@code gain[i] / sqrt(variance[i] + eps)}: the factor of a batch norm with stored statistics. */
    record NormFactor(Vector gain, Vector variance, double eps) implements Vector {
        public NormFactor {
            checkSame(gain, variance);
        }

        @Override
        public Set<CanonicalName> sources() {
            return union(gain, variance);
        }

        @Override
        public int length() {
            return gain.length();
        }

        @Override
        public double[] evaluate(TensorSource tensors) {
            double[] result = gain.evaluate(tensors);
            double[] variances = variance.evaluate(tensors);
            for (int i = 0; i < result.length; i++) {
                result[i] /= Math.sqrt(variances[i] + eps);
            }
            return result;
        }
    }

    /** {@code matrix vector}: what a constant input of a layer contributes to its output. */
    record Applied(Matrix matrix, Vector vector) implements Vector {
        public Applied {
            if (vector.length() != matrix.columns()) {
                throw new IllegalArgumentException(
                        "a vector of " + vector.length() + " for " + matrix.columns() + " columns");
            }
        }

        @Override
        public Set<CanonicalName> sources() {
            return union(matrix, vector);
        }

        @Override
        public int length() {
            return matrix.rows();
        }

        @Override
        public double[] evaluate(TensorSource tensors) {
            double[] factors = vector.evaluate(tensors);
            double[] result = new double[matrix.rows()];
            float[] row = new float[matrix.columns()];
            MatrixReader reader = new MatrixReader(matrix, tensors);
            for (int i = 0; i < result.length; i++) {
                reader.read((long) i * row.length, row.length, row, 0);
                for (int j = 0; j < row.length; j++) {
                    result[i] += row[j] * factors[j];
                }
            }
            return result;
        }
    }

    private static Set<CanonicalName> union(Weight a, Weight b) {
        Set<CanonicalName> all = new LinkedHashSet<>(a.sources());
        all.addAll(b.sources());
        return all;
    }

    private static void checkSame(Vector a, Vector b) {
        if (a.length() != b.length()) {
            throw new IllegalArgumentException("vectors of " + a.length() + " and " + b.length() + " elements");
        }
    }
}
