/** The command {@code clipjet-ptx}. */
package dev.clipjet.ptx.tool;
