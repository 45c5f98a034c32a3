/** JMH benchmarks of the towers beside ONNX Runtime, and of tokenizer and preprocessing. */
package dev.clipjet.benchmarks;
