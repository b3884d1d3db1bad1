package org.quantsweep.quantize;

/**
 * What the axes of a weight tensor are to the operation that takes it.
 *
 * @param output the axis along which output channels lie
 * @param input the axis along which input channels lie; -1 where there is none
 * @param groups in how many equal parts along its first axis the operation uses the weight tensor
 *     apart; 1 for most
 */
public record WeightAxes(int output, int input, int groups) {}
