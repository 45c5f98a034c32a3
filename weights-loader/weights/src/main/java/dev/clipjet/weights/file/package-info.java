/** Bytes of weight files, copied out in pieces and guarded against changes of the file. */
package dev.clipjet.weights.file;
