/** Emulated memory: bytes, and which of them somebody wrote. */
package dev.clipjet.ptx.memory;
