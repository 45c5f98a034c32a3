/** Strict JSON reading whose errors name file, key, value and what was expected. */
package dev.clipjet.json;
