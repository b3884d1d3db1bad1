/** Where lowering, running and ONNX Runtime are put together. */
package org.quantsweep.inference.engine;
