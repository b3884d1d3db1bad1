/**
 * ML Programs: functions, blocks, operations, types and values without protobuf; the constants that
 * lie outside the program; compressed constants; weight tensors.
 */
package org.quantsweep.coreml.mlprogram;
