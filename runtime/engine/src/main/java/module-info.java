/** CLIP inference: load a model, embed photos and texts, classify. */
module dev.clipjet.runtime {
    requires transitive dev.clipjet.core;
    requires transitive dev.clipjet.weights;
    requires dev.clipjet.kernels.cpu;
    requires org.slf4j;

    exports dev.clipjet.graph;
    exports dev.clipjet.cpu;
}
