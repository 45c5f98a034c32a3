/** The public API: load a model, embed photos and texts, compare them, classify. */
package dev.clipjet;
