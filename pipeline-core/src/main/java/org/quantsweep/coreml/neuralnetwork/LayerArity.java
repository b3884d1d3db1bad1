package org.quantsweep.coreml.neuralnetwork;

import org.quantsweep.proto.coreml.NeuralNetworkLayer;

/**
 * How many blobs a layer type reads and writes.
 *
 * @param mostInputs {@link #ANY} when nothing limits it
 * @param mostOutputs {@link #ANY} when nothing limits it
 */
record LayerArity(int leastInputs, int mostInputs, int leastOutputs, int mostOutputs) {
  static final int ANY = Integer.MAX_VALUE;

  static LayerArity of(NeuralNetworkLayer layer) {
    return switch (layer.getLayerCase()) {
      case CONVOLUTION, CROP, BATCHEDMATMUL, TILE, CONSTANTPAD, ONEHOT, CUMSUM -> inputs(1, 2);
      case CONCAT, CONCATND, STACK -> inputs(2, ANY);
      case ADD, MULTIPLY, AVERAGE, MAX, MIN -> inputs(1, ANY);
      case DOT,
          CROPRESIZE,
          POWBROADCASTABLE,
          ADDBROADCASTABLE,
          SUBTRACTBROADCASTABLE,
          MULTIPLYBROADCASTABLE,
          DIVIDEBROADCASTABLE,
          MAXBROADCASTABLE,
          MINBROADCASTABLE,
          FLOORDIVBROADCASTABLE,
          MODBROADCASTABLE,
          LOGICALAND,
          LOGICALOR,
          LOGICALXOR,
          RESHAPELIKE,
          RESHAPEDYNAMIC,
          BROADCASTTOLIKE,
          BROADCASTTODYNAMIC,
          GATHER,
          GATHERND,
          GATHERALONGAXIS,
          REVERSESEQ,
          SLICEBYSIZE ->
          inputs(2, 2);
      case EQUAL, NOTEQUAL, LESSTHAN, LESSEQUAL, GREATERTHAN, GREATEREQUAL -> inputs(1, 2);
      case WHEREBROADCASTABLE, SCATTER, SCATTERND, SCATTERALONGAXIS -> inputs(3, 3);
      case LOADCONSTANT,
          LOADCONSTANTND,
          FILLSTATIC,
          RANGESTATIC,
          RANDOMNORMALSTATIC,
          RANDOMUNIFORMSTATIC,
          RANDOMBERNOULLISTATIC ->
          inputs(0, 0);
      case RANGEDYNAMIC -> inputs(1, 3);
      case SLICEDYNAMIC -> inputs(2, 7);
      case SPLIT, SPLITND -> new LayerArity(1, 1, 2, ANY);
      case SIMPLERECURRENT -> new LayerArity(2, 2, 2, 2);
      case GRU -> new LayerArity(1, 2, 2, 2);
      case UNIDIRECTIONALLSTM -> new LayerArity(1, 3, 3, 3);
      case BIDIRECTIONALLSTM -> new LayerArity(1, 5, 5, 5);
      case TOPK -> new LayerArity(1, 2, 2, 2);
      case NONMAXIMUMSUPPRESSION -> new LayerArity(2, 5, 4, 4);
      case CUSTOM -> new LayerArity(1, ANY, 1, ANY);
      case BRANCH -> new LayerArity(1, 1, 0, 0);
      case LOOP -> new LayerArity(0, 1, 0, 0);
      case LOOPBREAK, LOOPCONTINUE -> new LayerArity(0, 0, 0, 0);
      default -> inputs(1, 1);
    };
  }

  private static LayerArity inputs(int least, int most) {
    return new LayerArity(least, most, 1, 1);
  }

  /** A range in words: {@code 1}, {@code 1 to 3}, {@code 2 or more}. */
  static String words(int least, int most) {
    if (most == ANY) {
      return least + " or more";
    }
    return least == most ? Integer.toString(least) : least + " to " + most;
  }
}
