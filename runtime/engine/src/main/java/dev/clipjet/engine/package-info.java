/** What a device must do for a model: run both towers. */
package dev.clipjet.engine;
