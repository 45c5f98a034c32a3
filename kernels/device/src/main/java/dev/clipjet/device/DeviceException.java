package dev.clipjet.device;

/** A call to a device failed. */
public class DeviceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String call;
    private final int code;
    private final String codeName;

    /**
     * A failed call.
     *
     * @param call the call that failed, in the device's own terms: {@code cuMemAlloc}
     * @param code the device's number for the error
     * @param codeName the device's name for it: {@code CUDA_ERROR_OUT_OF_MEMORY}
     * @param detail what was asked for, or what to do
     */
    public DeviceException(String call, int code, String codeName, String detail) {
        super(call + ": " + codeName + " (" + code + ")" + (detail.isEmpty() ? "" : ": " + detail));
        this.call = call;
        this.code = code;
        this.codeName = codeName;
    }

    /** The call that failed. */
    public String call() {
        return call;
    }

    /** The device's number for the error. */
    public int code() {
        return code;
    }

    /** The device's name for the error. */
    public String codeName() {
        return codeName;
    }
}
