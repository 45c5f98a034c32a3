/** Syntax tree to steps: names become planes and addresses, labels become program counters. */
package dev.clipjet.ptx.decode;
