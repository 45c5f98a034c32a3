/** One decoder per file format, all to Pillow's pixels. */
package dev.clipjet.preprocess.decode;
