/** Towers as ONNX files, made from their graphs. */
package dev.clipjet.onnx;
