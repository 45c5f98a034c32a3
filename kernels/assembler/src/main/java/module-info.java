/** NVIDIA's PTX assembler, which needs no GPU, driver or toolkit. */
module dev.clipjet.ptx.assembler {
    requires dev.clipjet.kernels.cuda;
    requires jcuda;

    exports dev.clipjet.ptx.assembler;
}
