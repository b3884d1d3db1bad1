/** The format of neural networks: what their messages hold and allow, their weights, rewrites. */
package org.quantsweep.coreml.neuralnetwork;
