/** Checked tensors to device memory: converted, in the order in which kernels read them. */
module dev.clipjet.weights.upload {
    requires transitive dev.clipjet.weights;
    requires transitive dev.clipjet.device;
    requires org.slf4j;
    requires static jdk.incubator.vector;

    exports dev.clipjet.weights.upload;
}
