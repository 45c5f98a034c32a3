/**
 * The repairs of the Python library ftfy 6.3.1 to broken texts, mojibake among them, with its default settings. Data and
 * heuristics are ftfy's, see META-INF/NOTICE.
 */
package dev.clipjet.tokenizer.ftfy;
