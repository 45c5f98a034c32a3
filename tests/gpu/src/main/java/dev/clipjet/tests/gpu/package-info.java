/** The checks of the GPU engine that need a GPU, or an emulator in its place. */
package dev.clipjet.tests.gpu;
