/** Model directories: from files to canonical tensors. */
package dev.clipjet.weights;
