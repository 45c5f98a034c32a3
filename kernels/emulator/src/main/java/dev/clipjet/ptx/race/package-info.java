/**
 * Happens-before. Every warp has a clock that advances whenever one of its lanes releases something; a vector clock says for
 * each warp, and where needed for each lane, up to which value its accesses are known to be over.
 */
package dev.clipjet.ptx.race;
