package dev.clipjet.ptx.emulator;

import dev.clipjet.ptx.syntax.PtxParser;
import java.lang.ref.SoftReference;
import java.util.LinkedHashMap;
import java.util.Map;

/** The texts parsed lately: several devices, one after the other, usually load the same ones. */
final class ParsedModules {
    private static final int MOST = 32;

    private static final Map<Text, SoftReference<ParsedModule>> PARSED = new LinkedHashMap<>(MOST, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Text, SoftReference<ParsedModule>> eldest) {
            return size() > MOST;
        }
    };

    private record Text(String name, String ptx) {}

    private ParsedModules() {}

    /** The module of a text. */
    static synchronized ParsedModule of(String name, String ptx) {
        Text text = new Text(name, ptx);
        SoftReference<ParsedModule> known = PARSED.get(text);
        ParsedModule module = known == null ? null : known.get();
        if (module == null) {
            module = new ParsedModule(PtxParser.parse(name, ptx));
            PARSED.put(text, new SoftReference<>(module));
        }
        return module;
    }
}
