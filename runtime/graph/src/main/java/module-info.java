/** Towers as graphs of typed operations: what is computed, from which weights, at which cost. No device is known here. */
module dev.clipjet.graph {
    requires transitive dev.clipjet.core;
    requires transitive dev.clipjet.model;

    exports dev.clipjet.graph;
}
