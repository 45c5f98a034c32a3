package dev.clipjet.kernels.cublas;

import dev.clipjet.device.DeviceException;

/** What calls of cuBLAS return; the numbers are the same in all its versions. */
final class CublasStatus {
    private CublasStatus() {}

    static void check(int status, String call, String detail) {
        if (status != 0) {
            throw new DeviceException(call, status, name(status), detail);
        }
    }

    private static String name(int status) {
        return switch (status) {
            case 1 -> "CUBLAS_STATUS_NOT_INITIALIZED";
            case 3 -> "CUBLAS_STATUS_ALLOC_FAILED";
            case 7 -> "CUBLAS_STATUS_INVALID_VALUE";
            case 8 -> "CUBLAS_STATUS_ARCH_MISMATCH";
            case 11 -> "CUBLAS_STATUS_MAPPING_ERROR";
            case 13 -> "CUBLAS_STATUS_EXECUTION_FAILED";
            case 14 -> "CUBLAS_STATUS_INTERNAL_ERROR";
            case 15 -> "CUBLAS_STATUS_NOT_SUPPORTED";
            case 16 -> "CUBLAS_STATUS_LICENSE_ERROR";
            default -> "unknown status";
        };
    }

    /** Versions are one number: 10000 major + 100 minor + patch, from 11 on. */
    static String version(int number) {
        return number / 10000 + "." + number / 100 % 100 + "." + number % 100;
    }
}
