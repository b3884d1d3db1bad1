/**
 * The front end for neural networks: reads layers' messages and emits ONNX by the families of
 * {@code inference.onnx}, with a line for each layer type in {@code LayerLowerings}.
 */
package org.quantsweep.inference.onnx.network;
