package org.quantsweep.coreml.neuralnetwork;

/**
 * A kind of weight field W that its layer multiplies with its first input: y = W x + b at every
 * place of the output.
 *
 * @param form which x the layer takes from its input
 * @param biasField the layer's field for b, listed where a layer has one; empty where the type has
 *     no vector that is added to this product alone
 */
record LinearField(Form form, String biasField) {
  /** Which numbers of the input make one x. */
  enum Form {
    /** Windows of a picture: W is {@code [C_out, C_in / groups, H, W]}, or a deconvolution's. */
    CONVOLUTION,
    /** Rows of the innermost axis: W is {@code [outputs, inputs]}. */
    PRODUCT
  }
}
