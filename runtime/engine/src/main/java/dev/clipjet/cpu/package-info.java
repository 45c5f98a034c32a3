/** The executor that runs graphs on the CPU: the reference for other devices, and the engine where there is no GPU. */
package dev.clipjet.cpu;
