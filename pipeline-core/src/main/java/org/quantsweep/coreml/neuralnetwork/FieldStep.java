package org.quantsweep.coreml.neuralnetwork;

import java.io.Serializable;

/**
 * One step down into a protobuf message.
 *
 * @param number the field's number in the message that holds it
 * @param index the position in a repeated field; {@link #SINGULAR} in a field that holds one value
 */
public record FieldStep(int number, int index) implements Serializable {
  /** Stands for the only value of a field that is not repeated. */
  public static final int SINGULAR = -1;

  /** Into a field that holds one message. */
  public static FieldStep into(int number) {
    return new FieldStep(number, SINGULAR);
  }
}
