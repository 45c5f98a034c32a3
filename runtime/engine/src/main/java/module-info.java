/** CLIP inference: load a model, embed photos and texts, classify. */
module dev.clipjet.engine {
    requires transitive dev.clipjet.core;
    requires transitive dev.clipjet.graph;
    requires transitive dev.clipjet.weights;
    requires transitive dev.clipjet.preprocess;
    requires transitive dev.clipjet.tokenizer;
    requires transitive dev.clipjet.kernels.cpu;
    requires transitive java.desktop;
    requires transitive dev.clipjet.kernels.gpu;
    requires transitive dev.clipjet.device;
    requires dev.clipjet.weights.upload;
    requires org.slf4j;

    uses dev.clipjet.device.GpuProvider;
    uses dev.clipjet.device.GemmLibraryProvider;

    exports dev.clipjet;
    exports dev.clipjet.engine;
    exports dev.clipjet.cpu;
    exports dev.clipjet.gpu;
    exports dev.clipjet.verify;
}
