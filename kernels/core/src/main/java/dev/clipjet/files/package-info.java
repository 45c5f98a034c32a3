/** How everything that this program writes gets to the disk: nothing that exists is lost, no input is touched, no link is followed. */
package dev.clipjet.files;
