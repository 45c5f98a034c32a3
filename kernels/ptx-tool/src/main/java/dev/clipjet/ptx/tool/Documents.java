package dev.clipjet.ptx.tool;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The beginning that all JSON documents about a launch share. */
final class Documents {
    private Documents() {}

    static ObjectNode launch(Request request) {
        ObjectNode document = Json.object()
                .put("file", request.file().name())
                .put("kernel", request.entry().name());
        document.set("grid", Json.extent(request.shape().grid()));
        document.set("block", Json.extent(request.shape().block()));
        document.set("cluster", Json.extent(request.shape().cluster()));
        document.put("dynamicSharedBytes", request.shape().dynamicSharedBytes());
        document.put("cooperative", request.shape().cooperative());
        ArrayNode arguments = document.putArray("arguments");
        request.arguments()
                .forEach(argument ->
                        arguments.addObject().put("name", argument.name()).put("value", argument.written()));
        return document;
    }
}
