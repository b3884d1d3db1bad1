package org.quantsweep.coreml.neuralnetwork;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.proto.coreml.NeuralNetwork;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.WeightParams;

/**
 * What a layer's message says besides its name, its blobs, its weights and the layers inside it:
 * the fields that are set, by their paths, as text.
 */
final class LayerSettings {
  /** More values than these are told by a digest. */
  private static final int MOST_VALUES = 16;

  private static final int LONGEST_TEXT = 200;

  private static final Set<Integer> ELSEWHERE =
      Set.of(
          NeuralNetworkLayer.NAME_FIELD_NUMBER,
          NeuralNetworkLayer.INPUT_FIELD_NUMBER,
          NeuralNetworkLayer.OUTPUT_FIELD_NUMBER);

  private final TreeMap<String, String> settings = new TreeMap<>();

  private LayerSettings() {}

  static SortedMap<String, String> of(NeuralNetworkLayer layer) {
    LayerSettings all = new LayerSettings();
    layer
        .getAllFields()
        .forEach(
            (field, value) -> {
              if (!ELSEWHERE.contains(field.getNumber())) {
                all.add(field.getName(), field, value);
              }
            });
    return all.settings;
  }

  private void add(String path, FieldDescriptor field, Object value) {
    if (!field.isRepeated()) {
      addOne(path, value);
    } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
      int index = 0;
      for (Object each : (List<?>) value) {
        addOne(path + "[" + index + "]", each);
        index++;
      }
    } else {
      List<String> texts = new ArrayList<>();
      ((List<?>) value).forEach(each -> texts.add(text(each)));
      settings.put(
          path,
          texts.size() <= MOST_VALUES
              ? bounded(String.join(", ", texts))
              : texts.size() + " values, SHA-256 " + digest(String.join(",", texts)));
    }
  }

  private void addOne(String path, Object value) {
    if (!(value instanceof Message message)) {
      settings.put(path, bounded(text(value)));
      return;
    }
    if (message instanceof WeightParams || message instanceof NeuralNetwork) {
      return;
    }
    if (message.getAllFields().isEmpty()) {
      settings.put(path, "set");
    }
    message.getAllFields().forEach((field, own) -> add(path + "." + field.getName(), field, own));
  }

  private static String text(Object value) {
    return value instanceof ByteString bytes
        ? bytes.size() + " bytes, SHA-256 " + Sha256Digest.of(bytes.toByteArray()).abbreviated()
        : String.valueOf(value);
  }

  private static String bounded(String text) {
    return text.length() <= LONGEST_TEXT
        ? text
        : text.length() + " characters, SHA-256 " + digest(text);
  }

  private static String digest(String text) {
    return Sha256Digest.ofText(text).abbreviated();
  }
}
