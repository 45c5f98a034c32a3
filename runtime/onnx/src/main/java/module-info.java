/** Towers as ONNX files: a format of conversion, made from the graphs that the engines run. */
module dev.clipjet.onnx {
    requires dev.clipjet.convert;
    requires dev.clipjet.graph;
    requires com.google.protobuf;
    requires org.tribuo.util.onnx;

    provides dev.clipjet.convert.ConversionTarget with
            dev.clipjet.onnx.OnnxTarget;
}
