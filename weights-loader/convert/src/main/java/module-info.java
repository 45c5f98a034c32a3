/** Checkpoints of one format written as another, and the differences between two. */
module dev.clipjet.convert {
    requires transitive dev.clipjet.weights;
    requires com.fasterxml.jackson.databind;

    uses dev.clipjet.convert.ConversionTarget;

    exports dev.clipjet.convert;
}
