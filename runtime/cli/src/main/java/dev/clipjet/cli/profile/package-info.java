/** What the kernels of a forward pass do, counted by the emulator. The only part of the command line that knows it. */
package dev.clipjet.cli.profile;
