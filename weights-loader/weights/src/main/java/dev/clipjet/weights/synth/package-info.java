/** Models of full size whose weights are a formula: for benchmarks and tests without a download. */
package dev.clipjet.weights.synth;
