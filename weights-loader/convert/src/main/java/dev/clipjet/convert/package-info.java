/** Writing a checkpoint in another format, and telling how two differ. */
package dev.clipjet.convert;
