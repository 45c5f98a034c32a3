/** CLIP inference: load a model, embed photos and texts, classify. */
module dev.clipjet.runtime {
    requires transitive dev.clipjet.core;
    requires transitive dev.clipjet.weights;
    requires transitive dev.clipjet.preprocess;
    requires transitive dev.clipjet.tokenizer;
    requires transitive dev.clipjet.kernels.cpu;
    requires transitive java.desktop;
    requires org.slf4j;

    exports dev.clipjet;
    exports dev.clipjet.engine;
    exports dev.clipjet.graph;
    exports dev.clipjet.cpu;
}
