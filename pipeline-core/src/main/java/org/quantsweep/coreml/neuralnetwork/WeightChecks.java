package org.quantsweep.coreml.neuralnetwork;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import org.quantsweep.coreml.Findings;
import org.quantsweep.proto.coreml.LinearQuantizationParams;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.QuantizationParams;
import org.quantsweep.proto.coreml.WeightParams;

/**
 * Checks the weights of one layer: what Core ML's own validator refuses is a problem; what it lets
 * through and no runtime could use is one too; the rest of what is odd is a warning.
 */
final class WeightChecks {
  private final String layerPath;
  private final NeuralNetworkLayer layer;
  private final LayerSpec spec;
  private final List<WeightField> fields;
  private final Findings findings;

  private WeightChecks(
      String layerPath, NeuralNetworkLayer layer, LayerSpec spec, Findings findings) {
    this.layerPath = layerPath;
    this.layer = layer;
    this.spec = spec;
    this.fields = spec.weights(layer);
    this.findings = findings;
  }

  /**
   * @param trainable whether the model is meant to be trained on the device
   */
  static void check(
      String layerPath, NeuralNetworkLayer layer, boolean trainable, Findings findings) {
    WeightChecks checks = new WeightChecks(layerPath, layer, LayerSpecs.of(layer), findings);
    for (WeightField field : checks.fields) {
      checks.field(field);
    }
    checks.precision();
    if (trainable && layer.getIsUpdatable()) {
      checks.updatable();
    }
    checks.leftOver();
  }

  private void field(WeightField field) {
    long count = count(field);
    if (count < 0) {
      return;
    }
    WeightParams params = field.params();
    String identity = identity(field);
    boolean dynamic = wantsInt8(field);
    StoredValues stored = StoredValues.of(params);
    if (dynamic && stored != StoredValues.INT8 && stored != StoredValues.SEVERAL) {
      findings.problem(
          identity
              + " has no int8RawValue with a quantization, but its layer sets"
              + " int8DynamicQuantize.");
      return;
    }
    switch (stored) {
      case NONE -> none(field, identity);
      case SEVERAL ->
          findings.problem(
              identity + " holds values in several forms at once: " + forms(params) + ".");
      case FLOAT32 -> float32(params, count, identity);
      case FLOAT16 -> float16(params, count, identity);
      case INT8 -> int8(field, count, dynamic, identity);
      case QUANTIZED -> quantized(field, count, identity);
    }
  }

  /** The number of values that the layer's parameters ask for; -1 when that is absurd. */
  private long count(WeightField field) {
    if (field.params().equals(WeightParams.getDefaultInstance()) && !field.isRequired()) {
      return -1;
    }
    long count = 1;
    boolean absurd = false;
    for (long length : field.dimensions()) {
      absurd |= length < 1 || length > Integer.MAX_VALUE || count > Integer.MAX_VALUE / length;
      if (!absurd) {
        count *= length;
      }
    }
    boolean empty = field.dimensions().equals(List.of(0L)) && isFree(field);
    if (absurd && !empty) {
      findings.problem(
          identity(field)
              + " has shape "
              + field.dimensions()
              + ", but every length must be at least 1 and the product at most 2147483647.");
      return -1;
    }
    return empty ? 0 : count;
  }

  /** Whether nothing but the stored values says how many there are. */
  private boolean isFree(WeightField field) {
    return ActivationFunctions.isWeight(field.name()) || isOpaque();
  }

  /** Whether only the code of a custom layer knows what its weights mean. */
  private boolean isOpaque() {
    return spec.weightForms() == WeightForms.OPAQUE;
  }

  private void none(WeightField field, String identity) {
    WeightParams params = field.params();
    if (!params.getRawValue().isEmpty() || !params.getInt8RawValue().isEmpty()) {
      findings.problem(identity + " has raw bytes, but no quantization that says what they mean.");
    } else if (params.hasQuantization()) {
      findings.problem(identity + " has a quantization, but no raw bytes.");
    } else if (field.isRequired()) {
      findings.problem(identity + " is missing: its layer needs it.");
    }
  }

  private static String forms(WeightParams params) {
    List<String> forms = new ArrayList<>();
    if (params.getFloatValueCount() > 0) {
      forms.add("floatValue");
    }
    if (!params.getFloat16Value().isEmpty()) {
      forms.add("float16Value");
    }
    if (!params.getRawValue().isEmpty()) {
      forms.add("rawValue");
    }
    if (!params.getInt8RawValue().isEmpty()) {
      forms.add("int8RawValue");
    }
    return String.join(", ", forms);
  }

  private void float32(WeightParams params, long count, String identity) {
    if (params.getFloatValueCount() != count) {
      findings.problem(valuesDoNotFit(identity, params.getFloatValueCount(), count));
      return;
    }
    for (int i = 0; i < count; i++) {
      if (!Float.isFinite(params.getFloatValue(i))) {
        findings.warning(notFinite(identity + " holds a value", params.getFloatValue(i), i));
        break;
      }
    }
    if (params.hasQuantization()) {
      findings.warning(identity + " holds float32 values, so its quantization means nothing.");
    }
  }

  private void float16(WeightParams params, long count, String identity) {
    if (spec.weightForms() == WeightForms.FLOAT32) {
      findings.problem(identity + " is stored as float16, but this layer takes only float32.");
      return;
    }
    int bytes = params.getFloat16Value().size();
    if (bytes / 2 != count) {
      findings.problem(valuesDoNotFit(identity, bytes / 2, count));
      return;
    }
    if (bytes % 2 != 0) {
      findings.warning(
          identity + " has an odd byte after its float16 values (" + bytes + " bytes).");
    }
    for (int i = 0; i + 1 < bytes; i += 2) {
      if ((params.getFloat16Value().byteAt(i + 1) & 0x7c) == 0x7c) {
        boolean infinite =
            (params.getFloat16Value().byteAt(i + 1) & 3) == 0
                && params.getFloat16Value().byteAt(i) == 0;
        boolean negative = params.getFloat16Value().byteAt(i + 1) < 0;
        float value =
            !infinite ? Float.NaN : negative ? Float.NEGATIVE_INFINITY : Float.POSITIVE_INFINITY;
        findings.warning(notFinite(identity + " holds a value", value, i / 2));
        return;
      }
    }
  }

  private static String valuesDoNotFit(String identity, long stored, long count) {
    return identity
        + " has "
        + stored
        + " values, but the layer's parameters ask for "
        + count
        + ".";
  }

  private void int8(WeightField field, long count, boolean dynamic, String identity) {
    QuantizationParams quantization = field.params().getQuantization();
    LinearQuantizationParams linear = quantization.getLinearQuantization();
    if (spec.weightForms() != WeightForms.ANY_FLOAT_OR_INT8) {
      findings.problem(
          identity
              + " is stored as int8RawValue, but only innerProduct and batchedMatmul take that.");
      return;
    }
    if (quantization.getNumberOfBits() != 8
        || !quantization.hasLinearQuantization()
        || linear.getScaleCount() != 1
        || linear.getBiasCount() != 0) {
      findings.problem(
          identity
              + " has int8 weights with "
              + Long.toUnsignedString(quantization.getNumberOfBits())
              + " bits, "
              + linear.getScaleCount()
              + " scales and "
              + linear.getBiasCount()
              + " biases, but int8DynamicQuantize needs 8 bits, 1 scale and no bias.");
      return;
    }
    int bytes = field.params().getInt8RawValue().size();
    if (bytes != count) {
      findings.problem(
          identity
              + " has "
              + bytes
              + " int8 values, but the layer's parameters ask for "
              + count
              + ".");
    } else if (!dynamic) {
      findings.warning(
          identity + " is stored as int8, but its layer does not set int8DynamicQuantize.");
    }
    warnIfNotFinite(linear.getScaleList(), "scales of " + identity + " hold a value");
  }

  private void quantized(WeightField field, long count, String identity) {
    if (field.legalScales() == 0 && !isOpaque()) {
      findings.problem(identity + " is quantized, but this layer takes no quantized weights.");
      return;
    }
    QuantizationParams quantization = field.params().getQuantization();
    long bits = quantization.getNumberOfBits();
    if (bits < 1 || bits > 8) {
      findings.problem(
          identity
              + " is quantized to "
              + Long.toUnsignedString(bits)
              + " bits, but numberOfBits must be in [1, 8].");
      return;
    }
    switch (quantization.getQuantizationTypeCase()) {
      case LINEARQUANTIZATION ->
          linear(quantization.getLinearQuantization(), field.legalScales(), identity);
      case LOOKUPTABLEQUANTIZATION -> lookUpTable(quantization, (int) bits, identity);
      case QUANTIZATIONTYPE_NOT_SET ->
          findings.problem(identity + " is quantized neither linearly nor with a look-up table.");
    }
    long needed = (count * bits + 7) / 8;
    long bytes = field.params().getRawValue().size();
    if (bytes < needed) {
      findings.problem(
          identity
              + " has "
              + bytes
              + " bytes, but "
              + count
              + " codes of "
              + bits
              + " bits need "
              + needed
              + ".");
    } else if (bytes > needed && !isOpaque()) {
      findings.warning(
          identity
              + " has "
              + bytes
              + " bytes, but only the first "
              + needed
              + " hold its "
              + count
              + " codes of "
              + bits
              + " bits.");
    }
  }

  private void linear(LinearQuantizationParams linear, long legalScales, String identity) {
    int scales = linear.getScaleCount();
    int biases = linear.getBiasCount();
    boolean legal = scales == 1 || (scales > 0 && scales == legalScales) || isOpaque();
    if (!legal) {
      findings.problem(
          identity
              + " has "
              + scales
              + " scales, but needs 1"
              + (legalScales > 1 ? " or " + legalScales + " (one per output channel)." : "."));
    }
    if (biases != 0 && biases != scales) {
      findings.problem(
          identity
              + " has "
              + biases
              + " quantization biases, but needs none or as many as scales ("
              + scales
              + ").");
    }
    warnIfNotFinite(linear.getScaleList(), "scales of " + identity + " hold a value");
    warnIfNotFinite(linear.getBiasList(), "quantization biases of " + identity + " hold a value");
  }

  private void lookUpTable(QuantizationParams quantization, int bits, String identity) {
    List<Float> table = quantization.getLookupTableQuantization().getFloatValueList();
    int entries = 1 << bits;
    if (table.size() != entries) {
      findings.problem(
          "look-up table of "
              + identity
              + " has "
              + table.size()
              + (table.size() == 1 ? " entry" : " entries")
              + ", but "
              + bits
              + (bits == 1 ? " bit needs " : " bits need ")
              + entries
              + " (2^numberOfBits).");
    }
    warnIfNotFinite(table, "look-up table of " + identity + " holds an entry");
  }

  private void warnIfNotFinite(List<Float> values, String subject) {
    for (int i = 0; i < values.size(); i++) {
      if (!Float.isFinite(values.get(i))) {
        findings.warning(notFinite(subject, values.get(i), i));
        return;
      }
    }
  }

  private static String notFinite(String subject, float value, int index) {
    return subject + " that is not finite (" + value + ", the first at " + index + ").";
  }

  /** Float16 and float32 may not stand side by side in one layer; quantized goes with either. */
  private void precision() {
    if (isOpaque()) {
      return;
    }
    for (List<WeightField> group : precisionGroups()) {
      WeightField full = null;
      WeightField half = null;
      for (WeightField field : group) {
        StoredValues stored = StoredValues.of(field.params());
        full = full == null && stored == StoredValues.FLOAT32 ? field : full;
        half = half == null && stored == StoredValues.FLOAT16 ? field : half;
      }
      if (full != null && half != null) {
        findings.problem(
            identity(half)
                + " is stored as float16 and "
                + identity(full)
                + " as float32, but one layer takes only one of the two.");
      }
    }
  }

  private List<List<WeightField>> precisionGroups() {
    List<WeightField> own = new ArrayList<>();
    List<WeightField> activations = new ArrayList<>();
    for (WeightField field : fields) {
      (ActivationFunctions.isWeight(field.name()) ? activations : own).add(field);
    }
    return List.of(own, activations);
  }

  private void updatable() {
    for (WeightField field : fields) {
      if (field.params().hasQuantization()) {
        findings.problem(
            identity(field)
                + " is quantized, but its layer is updatable: only float weights train.");
      }
    }
  }

  /** Weights that the file holds where the layer does not look. */
  private void leftOver() {
    long used = 0;
    for (WeightField field : fields) {
      used += field.params().getSerializedSize();
    }
    long held = heldBytes(layer);
    if (held > used) {
      findings.warning(
          "layer '"
              + layerPath
              + "' holds "
              + (held - used)
              + " bytes of weights that it does not use.");
    }
  }

  private static long heldBytes(Message message) {
    long bytes = 0;
    for (var entry : message.getAllFields().entrySet()) {
      FieldDescriptor field = entry.getKey();
      if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE || field.isMapField()) {
        continue;
      }
      List<?> values = field.isRepeated() ? (List<?>) entry.getValue() : List.of(entry.getValue());
      for (Object value : values) {
        if (value instanceof WeightParams params) {
          bytes += params.getSerializedSize();
        } else if (!field.getMessageType().getName().equals("NeuralNetwork")) {
          bytes += heldBytes((Message) value);
        }
      }
    }
    return bytes;
  }

  private boolean wantsInt8(WeightField field) {
    return field.name().equals("weights") && spec.quantizesInput(layer);
  }

  private String identity(WeightField field) {
    return "'" + layerPath + "/" + field.name() + "'";
  }
}
