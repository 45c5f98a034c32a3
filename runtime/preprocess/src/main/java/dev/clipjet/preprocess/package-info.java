/** Decoding of photos and the preprocessing of the original pipelines. */
package dev.clipjet.preprocess;
