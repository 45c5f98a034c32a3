package dev.clipjet.ptx.emulator;

import dev.clipjet.ptx.syntax.PtxModule;
import dev.clipjet.ptx.syntax.PtxParser;
import java.lang.ref.SoftReference;
import java.util.LinkedHashMap;
import java.util.Map;

/** The texts parsed lately: several devices, one after the other, usually load the same ones. What is parsed is immutable. */
final class ParsedModules {
    private static final int MOST = 32;

    private static final Map<Text, SoftReference<PtxModule>> PARSED = new LinkedHashMap<>(MOST, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Text, SoftReference<PtxModule>> eldest) {
            return size() > MOST;
        }
    };

    private record Text(String name, String ptx) {}

    private ParsedModules() {}

    /** The module of a text. */
    static synchronized PtxModule of(String name, String ptx) {
        Text text = new Text(name, ptx);
        SoftReference<PtxModule> known = PARSED.get(text);
        PtxModule module = known == null ? null : known.get();
        if (module == null) {
            module = PtxParser.parse(name, ptx);
            PARSED.put(text, new SoftReference<>(module));
        }
        return module;
    }
}
