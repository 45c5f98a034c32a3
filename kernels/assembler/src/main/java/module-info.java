/** NVIDIA's PTX assembler, which needs no GPU, driver or toolkit. */
module dev.clipjet.ptx.assembler {}
