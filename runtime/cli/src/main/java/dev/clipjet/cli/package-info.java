/** One class per command, and the option groups and output forms that they share. */
package dev.clipjet.cli;
