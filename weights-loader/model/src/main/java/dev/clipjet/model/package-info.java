/** What a model is, whatever file it came from: plain records with the hyperparameters of both towers. */
package dev.clipjet.model;
