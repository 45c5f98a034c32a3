/** What instructions do: a decoder for each opcode, steps by family. */
package dev.clipjet.ptx.isa;
