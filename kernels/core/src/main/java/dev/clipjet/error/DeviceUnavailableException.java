package dev.clipjet.error;

/** The device that was asked for is not there, or cannot be used. */
public final class DeviceUnavailableException extends ClipException {
    private static final long serialVersionUID = 1L;

    /**
     * A device is missing.
     *
     * @param device as the user named it
     * @param why what is missing
     */
    public DeviceUnavailableException(String device, String why) {
        super("no " + device + " device: " + why);
    }

    /** As above, because of a failure. */
    public DeviceUnavailableException(String device, String why, Throwable cause) {
        super("no " + device + " device: " + why, cause);
    }
}
