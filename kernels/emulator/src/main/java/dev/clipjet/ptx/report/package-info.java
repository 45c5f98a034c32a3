/** What the checks found. */
package dev.clipjet.ptx.report;
