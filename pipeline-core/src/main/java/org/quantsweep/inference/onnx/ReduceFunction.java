package org.quantsweep.inference.onnx;

/** What a reduction makes of many numbers. */
public enum ReduceFunction {
  /** The sum of the magnitudes. */
  L1("ReduceL1"),
  /** The root of the sum of the squares. */
  L2("ReduceL2"),
  /** The logarithm of the sum. */
  LOG_SUM("ReduceLogSum"),
  /** The logarithm of the sum of the exponentials. */
  LOG_SUM_EXP("ReduceLogSumExp"),
  /** The largest. */
  MAX("ReduceMax"),
  /** The mean. */
  MEAN("ReduceMean"),
  /** The smallest. */
  MIN("ReduceMin"),
  /** The product. */
  PRODUCT("ReduceProd"),
  /** The sum. */
  SUM("ReduceSum"),
  /** The sum of the squares. */
  SUM_SQUARE("ReduceSumSquare");

  private final String operator;

  ReduceFunction(String operator) {
    this.operator = operator;
  }

  String operator() {
    return operator;
  }
}
