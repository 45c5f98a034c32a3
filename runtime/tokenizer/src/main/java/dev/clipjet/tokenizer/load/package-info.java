/** Vocabularies: the one that ships, and those of model directories in the layout of Hugging Face. */
package dev.clipjet.tokenizer.load;
