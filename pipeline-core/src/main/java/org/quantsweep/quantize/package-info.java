/** Schemes, quantizers, exact one-dimensional k-means and code packers: tensors and codes only. */
package org.quantsweep.quantize;
