/** Checkpoints of one format written as another, and the differences between two. */
module dev.clipjet.convert {
    requires transitive dev.clipjet.weights;
    requires com.fasterxml.jackson.databind;
    requires com.google.protobuf;
    requires org.tribuo.util.onnx;

    exports dev.clipjet.convert;
}
