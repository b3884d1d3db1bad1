/** What Core ML's neural-network messages hold and allow: the format's tables and rules. */
package org.quantsweep.coreml.neuralnetwork;
