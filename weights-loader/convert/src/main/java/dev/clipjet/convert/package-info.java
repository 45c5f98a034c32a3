/** Writing a checkpoint in another format. */
package dev.clipjet.convert;
