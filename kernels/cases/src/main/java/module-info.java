/** The operations and sizes with which kernels are tested, counted and timed. */
module dev.clipjet.kernels.cases {
    requires transitive dev.clipjet.core;

    exports dev.clipjet.kernels.cases;
}
