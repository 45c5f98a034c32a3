package dev.clipjet.kernels.cpu;

import dev.clipjet.files.TemporaryFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where JavaCPP and JNA unpack native libraries. They take folders in the user's home directory; where those cannot be made, JavaCPP
 * would take one in {@code java.io.tmpdir} that anyone can predict, with whatever library lies there already, and JNA none. So they
 * get a new one then.
 */
final class NativeCache {
    private static final String PROPERTY = "org.bytedeco.javacpp.cachedir";
    private static final String JNA_PROPERTY = "jna.tmpdir";

    private NativeCache() {}

    /**
     * Makes sure that they unpack to a folder of this user's. To be called before its first use.
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
            // Kept for the life of the process, whose end removes it.
            String own = TemporaryFolder.create().path().toString();
            System.setProperty(PROPERTY, own);
            if (System.getProperty(JNA_PROPERTY) == null) {
                System.setProperty(JNA_PROPERTY, own);
            }
        } catch (IOException e) {
            throw (UnsatisfiedLinkError)
                    new UnsatisfiedLinkError("no private folder for native libraries can be made: " + e.getMessage())
                            .initCause(e);
        }
    }
}
