/** Runs lowered models on ONNX Runtime; the only user of it. */
package org.quantsweep.inference.onnxruntime;
