/** Files on disk to named, typed, checked tensors, and the description of the model they belong to. */
module dev.clipjet.weights {
    requires transitive dev.clipjet.model;
    requires dev.clipjet.json;
    requires com.fasterxml.jackson.databind;
    requires org.slf4j;

    exports dev.clipjet.weights;
    exports dev.clipjet.weights.file;
    exports dev.clipjet.weights.safetensors;
    exports dev.clipjet.weights.synth;
    exports dev.clipjet.weights.torch;
}
