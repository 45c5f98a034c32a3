/** Element types and native memory with one owner and a deterministic end. */
package dev.clipjet.memory;
