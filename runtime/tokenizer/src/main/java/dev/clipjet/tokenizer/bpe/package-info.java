/** Words to ids: the split into words, byte symbols, merges and the vocabulary. */
package dev.clipjet.tokenizer.bpe;
