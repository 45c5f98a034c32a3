package dev.clipjet.convert;

import java.util.LinkedHashMap;
import java.util.Map;

/** What a user of an exported tower needs besides it: how embeddings become logits. */
final class OnnxMetadata {
    private OnnxMetadata() {}

    static Map<String, String> of(ModelSource source) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("family", source.spec().family());
        source.scalars().forEach((name, scalar) -> metadata.put(name, Double.toString(scalar.value())));
        return metadata;
    }
}
