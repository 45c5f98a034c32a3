/** Texts to CLIP token ids. */
package dev.clipjet.tokenizer;
