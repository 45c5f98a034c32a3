/** The emulator as a device. */
package dev.clipjet.ptx.emulator;
