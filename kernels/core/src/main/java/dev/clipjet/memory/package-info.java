/** Element types. */
package dev.clipjet.memory;
