/** Reading of files that others made: regular files only, and never more of them than a limit. */
package dev.clipjet.input;
