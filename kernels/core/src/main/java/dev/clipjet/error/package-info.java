/** Typed errors. */
package dev.clipjet.error;
