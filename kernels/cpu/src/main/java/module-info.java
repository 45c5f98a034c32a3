/** The operations of a CLIP tower on the CPU: matrix products, norms, activations, attention. */
module dev.clipjet.kernels.cpu {
    requires transitive dev.clipjet.core;
    requires transitive org.bytedeco.javacpp;
    requires org.bytedeco.openblas;
    requires org.slf4j;
    requires static jdk.incubator.vector;

    exports dev.clipjet.kernels.cpu;
}
