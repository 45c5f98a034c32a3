/** PTX text to a syntax tree. Nothing here knows what an instruction does. */
package dev.clipjet.ptx.syntax;
