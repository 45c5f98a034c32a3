/** A device that fails on demand, for tests of what happens then. */
package dev.clipjet.device.faults;
