/** What a model is, whatever file it came from, and how its tensors are called. */
module dev.clipjet.model {
    requires transitive dev.clipjet.core;

    exports dev.clipjet.model;
}
