package org.quantsweep.coreml.mlprogram;

import java.util.List;

/**
 * Names for what recurrent cells hand themselves from step to step. No value of a program holds it;
 * whoever runs a program tells it under these names where it is asked for.
 */
public final class HiddenStates {
  /** What the weights of a product with the state are called, of each direction. */
  static final String WEIGHTS = "weight_hh";

  private static final String BACK = "_back";

  /** No value of a program has such a name: its letters are not allowed there. */
  private static final String MARK = "\u00a7state";

  private HiddenStates() {}

  /**
   * The states before each step, {@code [S, B, H]}: the initial one and all but the last that
   * follow from it, in the order of the sequence.
   *
   * @param backwards of the direction that reads from the end
   */
  public static String before(Operation operation, boolean backwards) {
    return operation.outputs().get(0).name() + MARK + (backwards ? BACK : "");
  }

  /** Those that the product with a parameter's weights is with. */
  static String before(Operation operation, String parameter) {
    return before(operation, parameter.endsWith(BACK));
  }

  /** Whether an operation makes a value of this name. */
  static boolean isOf(Operation operation, String name) {
    return List.of(before(operation, false), before(operation, true)).contains(name);
  }
}
