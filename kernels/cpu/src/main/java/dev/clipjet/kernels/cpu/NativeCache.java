package dev.clipjet.kernels.cpu;

import dev.clipjet.files.TemporaryFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where JavaCPP unpacks native libraries. It takes a folder in the user's home directory; where that cannot be made, it would
 * take one in {@code java.io.tmpdir} that anyone can predict, with whatever library lies there already. So it gets a new one then.
 */
final class NativeCache {
    private static final String PROPERTY = "org.bytedeco.javacpp.cachedir";

    private NativeCache() {}

    /**
     * Makes sure that JavaCPP unpacks to a folder of this user's. To be called before its first use.
     *
     * @throws UnsatisfiedLinkError if no such folder can be made
     */
    static synchronized void secure() {
        if (System.getProperty(PROPERTY) != null || System.getProperty("org.bytedeco.javacpp.cacheDir") != null) {
            return;
        }
        Path usual = Path.of(System.getProperty("user.home"), ".javacpp", "cache");
        try {
            Files.createDirectories(usual);
            if (Files.isWritable(usual)) {
                return;
            }
        } catch (IOException e) {
            // There is no home directory to write to.
        }
        try {
            // JavaCPP keeps the folder for the life of the process, whose end removes it.
            System.setProperty(PROPERTY, TemporaryFolder.create().path().toString());
        } catch (IOException e) {
            throw (UnsatisfiedLinkError) new UnsatisfiedLinkError("no private folder for native libraries can be made: "
                            + e.getMessage())
                    .initCause(e);
        }
    }
}
