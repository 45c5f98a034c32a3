/** What is printed for people and programs: escaped, cut to a bearable length, and checked for having arrived. */
package dev.clipjet.console;
