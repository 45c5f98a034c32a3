/** The operations of a CLIP tower on the CPU: matrix products, convolutions, norms, activations, attention. */
module dev.clipjet.kernels.cpu {
    requires transitive dev.clipjet.core;
    requires transitive org.bytedeco.javacpp;
    requires org.bytedeco.dnnl;
    requires org.bytedeco.opencl;
    requires com.sun.jna;
    requires org.slf4j;
    requires static jdk.incubator.vector;

    exports dev.clipjet.kernels.cpu;
}
