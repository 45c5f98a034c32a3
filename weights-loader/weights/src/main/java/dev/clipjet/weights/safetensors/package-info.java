/** The safetensors format: a strict reader that maps files into memory, and a streaming writer. */
package dev.clipjet.weights.safetensors;
