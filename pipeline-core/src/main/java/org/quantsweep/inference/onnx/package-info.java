/**
 * ONNX graphs for inputs of known shapes: typed values, checked operators, and a family of emitters
 * for each kind of operation, which knows no model format.
 */
package org.quantsweep.inference.onnx;
