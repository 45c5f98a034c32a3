/** Matrix products by cuBLAS: JCublas for CUDA 12, JavaCPP's binding for CUDA 13. The only module that uses either. */
module dev.clipjet.kernels.cublas {
    requires transitive dev.clipjet.kernels.cuda;
    requires jcublas;
    requires jcuda;
    requires org.bytedeco.cuda;
    requires org.bytedeco.javacpp;

    exports dev.clipjet.kernels.cublas;

    provides dev.clipjet.device.GemmLibraryProvider with
            dev.clipjet.kernels.cublas.CublasProvider;
}
