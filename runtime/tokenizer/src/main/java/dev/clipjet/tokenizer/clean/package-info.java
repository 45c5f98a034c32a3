/** What the original tokenizers do to a text before they split it into words. */
package dev.clipjet.tokenizer.clean;
