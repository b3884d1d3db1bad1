package org.quantsweep.coreml.mlprogram;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.quantsweep.digest.Sha256Digest;

/** Constants as short texts that differ where the constants do; long ones by a digest. */
final class ValueText {
  private static final int MOST_ELEMENTS = 16;
  private static final int LONGEST_TEXT = 200;

  private ValueText() {}

  static String of(ProgramValue value) {
    if (value instanceof ProgramValue.Several several) {
      return bounded(
          several.values().stream().map(ValueText::of).collect(Collectors.joining(", ", "(", ")")));
    }
    TensorValue tensor = (TensorValue) value;
    String type = tensor.type() + (tensor.shape().rank() == 0 ? "" : " " + tensor.shape());
    if (tensor.type() != DataType.STRING && tensor.count() > MOST_ELEMENTS) {
      return type + ", SHA-256 " + Sha256Digest.of(tensor.packedBytes()).abbreviated();
    }
    List<String> elements = new ArrayList<>();
    if (tensor.type() == DataType.STRING) {
      tensor.texts().forEach(text -> elements.add("'" + text + "'"));
    } else if (tensor.type().isFloat()) {
      for (float element : tensor.floats()) {
        elements.add(Float.toString(element));
      }
    } else {
      for (long element : tensor.integers()) {
        elements.add(Long.toString(element));
      }
    }
    return bounded(type + " " + String.join(", ", elements));
  }

  private static String bounded(String text) {
    return text.length() <= LONGEST_TEXT
        ? text
        : text.length() + " characters, SHA-256 " + Sha256Digest.ofText(text).abbreviated();
  }
}
