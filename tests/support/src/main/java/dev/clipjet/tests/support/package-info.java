/** What the tests of several modules share. */
package dev.clipjet.tests.support;
