/** A model file: its reader, writer, layers, weight tensors and feature descriptions. */
package org.quantsweep.coreml;
