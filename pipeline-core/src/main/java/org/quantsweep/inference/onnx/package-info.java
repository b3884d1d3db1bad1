/**
 * Lowers Core ML layers to an ONNX graph for inputs of known shapes: one small class for each
 * family of layers behind a registry, with explicit shapes.
 */
package org.quantsweep.inference.onnx;
