/**
 * Both towers of a model on one device: what a device must do ({@link dev.clipjet.engine.Executor}), and what is the same on all of
 * them ({@link dev.clipjet.engine.TowerEngine}).
 */
package dev.clipjet.engine;
