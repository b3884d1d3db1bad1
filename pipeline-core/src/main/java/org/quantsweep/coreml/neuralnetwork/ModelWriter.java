package org.quantsweep.coreml.neuralnetwork;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.quantsweep.proto.coreml.Model;

/** Writes model messages. */
public final class ModelWriter {
  private ModelWriter() {}

  /**
   * The bytes of an {@code .mlmodel} file: always the same for equal messages, maps sorted by key,
   * unknown fields kept.
   */
  public static byte[] toBytes(Model message) {
    byte[] bytes = new byte[message.getSerializedSize()];
    CodedOutputStream output = CodedOutputStream.newInstance(bytes);
    output.useDeterministicSerialization();
    try {
      message.writeTo(output);
      output.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("an array of the right size must take the message.", e);
    }
    output.checkNoSpaceLeft();
    return bytes;
  }
}
