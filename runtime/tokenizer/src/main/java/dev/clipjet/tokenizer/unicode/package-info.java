/**
 * Unicode as the original tokenizers know it: fixed tables of Unicode 14, 16 and 17, so that the same text gives the same
 * ids on every JDK.
 */
package dev.clipjet.tokenizer.unicode;
