package dev.clipjet.files;

import java.nio.file.Path;
import java.util.Locale;

/** Where this program keeps what it can make again. */
public final class UserCache {
    private UserCache() {}

    /** A folder of the user's own, where the system keeps such things; it may not exist yet. */
    public static Path folder() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String xdg = System.getenv("XDG_CACHE_HOME");
        String localAppData = System.getenv("LOCALAPPDATA");
        Path home = Path.of(System.getProperty("user.home"));
        Path base;
        if (xdg != null && !xdg.isEmpty()) {
            base = Path.of(xdg);
        } else if (os.contains("win") && localAppData != null) {
            base = Path.of(localAppData);
        } else {
            base = os.contains("mac") ? home.resolve("Library/Caches") : home.resolve(".cache");
        }
        return base.resolve("clipjet");
    }
}
