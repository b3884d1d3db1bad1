/**
 * The front end of ML Programs: it lowers a function's operations to ONNX graphs, as many as it
 * takes.
 */
package org.quantsweep.inference.onnx.program;
