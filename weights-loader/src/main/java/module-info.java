/** Files on disk to named, typed, checked tensors, and the description of the model they belong to. */
module dev.clipjet.weights {
    requires transitive dev.clipjet.core;
    requires com.fasterxml.jackson.databind;
    requires org.slf4j;

    exports dev.clipjet.model;
    exports dev.clipjet.weights;
    exports dev.clipjet.weights.json;
}
