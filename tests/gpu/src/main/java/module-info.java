/** What is run on a machine with a GPU. */
module dev.clipjet.tests.gpu {
    requires dev.clipjet.engine;
    requires dev.clipjet.kernels.cases;
    requires dev.clipjet.kernels.cuda;
    requires dev.clipjet.kernels.gpu;
    requires dev.clipjet.ptx.emulator;
    requires com.fasterxml.jackson.databind;

    exports dev.clipjet.tests.gpu;
}
