package dev.clipjet.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.weights.StoredTensor;
import dev.clipjet.weights.safetensors.SafetensorsFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reference tensors of one case as Java arrays, and the measure by which results are compared with them. */
final class Reference {
    private final SafetensorsFile file;

    Reference(SafetensorsFile file) {
        this.file = file;
    }

    boolean has(String name) {
        return file.find(name).isPresent();
    }

    int rows(String name) {
        return file.tensor(name).shape().get(0).intValue();
    }

    /** All values of an F32 or F64 tensor, widened. */
    double[] numbers(String name) {
        StoredTensor tensor = file.tensor(name);
        ByteBuffer bytes = littleEndian(tensor);
        double[] values = new double[Math.toIntExact(tensor.elements())];
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (tensor.dtype()) {
                case F32 -> bytes.getFloat(4 * i);
                case F64 -> bytes.getDouble(8 * i);
                default -> throw new AssertionError(name + " is " + tensor.dtype());
            };
        }
        return values;
    }

    float[] floats(String name) {
        float[] values = new float[Math.toIntExact(file.tensor(name).elements())];
        littleEndian(file.tensor(name)).asFloatBuffer().get(values);
        return values;
    }

    byte[] bytes(String name) {
        byte[] values = new byte[Math.toIntExact(file.tensor(name).elements())];
        littleEndian(file.tensor(name)).get(values);
        return values;
    }

    /** The rows of an I64 matrix. */
    int[][] ids(String name) {
        StoredTensor tensor = file.tensor(name);
        int columns = tensor.shape().get(1).intValue();
        int[][] rows = new int[rows(name)][columns];
        var longs = littleEndian(tensor).asLongBuffer();
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < columns; j++) {
                rows[i][j] = Math.toIntExact(longs.get(i * columns + j));
            }
        }
        return rows;
    }

    private static ByteBuffer littleEndian(StoredTensor tensor) {
        return tensor.data().duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Largest distance of a row to the reference row, over the norm of the reference row. */
    double error(String name, float[][] actual) {
        double[] truth = numbers(name);
        assertThat(actual).hasNumberOfRows(rows(name));
        int columns = truth.length / actual.length;
        double worst = 0;
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).hasSize(columns);
            double difference = 0;
            double norm = 0;
            for (int j = 0; j < columns; j++) {
                double t = truth[i * columns + j];
                difference += (actual[i][j] - t) * (actual[i][j] - t);
                norm += t * t;
            }
            assertThat(norm).as("norm of row %d of %s", i, name).isPositive();
            worst = Math.max(worst, Math.sqrt(difference / norm));
        }
        return worst;
    }

    /** Distance of one row to its reference row, over the norm of that. */
    double errorOfRow(String name, int row, float[] actual) {
        double[] truth = numbers(name);
        double difference = 0;
        double norm = 0;
        for (int j = 0; j < actual.length; j++) {
            double t = truth[row * actual.length + j];
            difference += (actual[j] - t) * (actual[j] - t);
            norm += t * t;
        }
        return Math.sqrt(difference / norm);
    }

    /** Largest difference of an element, over the largest magnitude of the reference. */
    double errorOfLargest(String name, float[][] actual) {
        double[] truth = numbers(name);
        assertThat(actual).hasNumberOfRows(rows(name));
        double largest = 0;
        double difference = 0;
        int columns = truth.length / actual.length;
        assertThat(actual[0]).hasSize(columns);
        for (int i = 0; i < truth.length; i++) {
            largest = Math.max(largest, Math.abs(truth[i]));
            difference = Math.max(difference, Math.abs(truth[i] - actual[i / columns][i % columns]));
        }
        assertThat(largest).as("largest magnitude of %s", name).isPositive();
        return difference / largest;
    }
}
