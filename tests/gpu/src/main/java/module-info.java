/** What is run on a machine with a GPU. */
module dev.clipjet.suite {
    requires dev.clipjet.runtime;
    requires dev.clipjet.kernels.cases;
    requires dev.clipjet.kernels.cuda;
    requires dev.clipjet.kernels.gpu;
    requires dev.clipjet.ptx.emulator;
    requires com.fasterxml.jackson.databind;

    exports dev.clipjet.suite;
}
