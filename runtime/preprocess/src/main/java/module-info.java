/** Photos to model input: decoding, and the resize, crop and normalization of the original pipelines, byte for byte. */
module dev.clipjet.preprocess {
    requires transitive dev.clipjet.model;
    requires transitive java.desktop;

    exports dev.clipjet.preprocess;
}
