/** What a profiler would count, and what it means on a given GPU. */
package dev.clipjet.ptx.profile;
