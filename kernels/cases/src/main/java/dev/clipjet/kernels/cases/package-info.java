/** One table of operations with their sizes, types and bounds. Tests, counters, benchmarks and the page of operations read it. */
package dev.clipjet.kernels.cases;
