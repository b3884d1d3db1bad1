package org.quantsweep.coreml.neuralnetwork;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnsafeByteOperations;
import org.quantsweep.coreml.StoredWeights;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.proto.coreml.LinearQuantizationParams;
import org.quantsweep.proto.coreml.LookUpTableQuantizationParams;
import org.quantsweep.proto.coreml.QuantizationParams;
import org.quantsweep.proto.coreml.WeightParams;
import org.quantsweep.quantize.CodePacker;
import org.quantsweep.quantize.CodedWeights;
import org.quantsweep.quantize.Grouping;
import org.quantsweep.quantize.HalfPrecisionCodec;
import org.quantsweep.quantize.LinearWeights;
import org.quantsweep.quantize.LookUpTableWeights;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.tensor.Tensor;

/** One weight tensor's message in any scheme, and its size without making it. */
final class WeightMessages {
  private final WeightTensor tensor;
  private final WeightPlace place;
  private final WeightParams bare;

  WeightMessages(WeightTensor tensor, WeightPlace place) {
    this.tensor = tensor;
    this.place = place;
    this.bare =
        place.field().params().toBuilder()
            .clearFloatValue()
            .clearFloat16Value()
            .clearRawValue()
            .clearInt8RawValue()
            .clearQuantization()
            .build();
  }

  /** The message of weights; as stored where they are stored so already. */
  WeightParams message(StoredWeights weights) {
    if (weights instanceof StoredWeights.Codes codes) {
      return codes((CodedWeights) codes.weights());
    }
    if (weights instanceof StoredWeights.OtherFloats floats) {
      return floats(floats.precision(), floats.values());
    }
    StoredWeights.Precision precision = ((StoredWeights.OwnFloats) weights).precision();
    WeightParams stored = place.field().params();
    boolean already =
        precision == StoredWeights.Precision.FLOAT32
            ? stored.getFloatValueCount() > 0
            : !stored.getFloat16Value().isEmpty();
    return already ? stored : floats(precision, tensor.values());
  }

  /** The bytes of the message in a scheme. */
  int size(Scheme scheme) {
    int count = Math.toIntExact(tensor.elementCount());
    if (scheme instanceof Scheme.FullPrecision) {
      return bare.getSerializedSize() + field(WeightParams.FLOATVALUE_FIELD_NUMBER, 4L * count);
    }
    if (scheme instanceof Scheme.HalfPrecision) {
      return bare.getSerializedSize() + field(WeightParams.FLOAT16VALUE_FIELD_NUMBER, 2L * count);
    }
    Scheme.Quantization quantization = (Scheme.Quantization) scheme;
    int parameters;
    if (quantization.isLookUpTable()) {
      parameters =
          field(
              QuantizationParams.LOOKUPTABLEQUANTIZATION_FIELD_NUMBER,
              field(
                  LookUpTableQuantizationParams.FLOATVALUE_FIELD_NUMBER,
                  4L * quantization.codeBits().codes()));
    } else {
      long scales = quantization.grouping().equals(Grouping.PER_CHANNEL) ? place.scales() : 1;
      parameters =
          field(
              QuantizationParams.LINEARQUANTIZATION_FIELD_NUMBER,
              field(LinearQuantizationParams.SCALE_FIELD_NUMBER, 4 * scales)
                  + (long) field(LinearQuantizationParams.BIAS_FIELD_NUMBER, 4 * scales));
    }
    parameters +=
        CodedOutputStream.computeUInt64Size(
            QuantizationParams.NUMBEROFBITS_FIELD_NUMBER, quantization.codeBits().bits());
    return bare.getSerializedSize()
        + field(WeightParams.RAWVALUE_FIELD_NUMBER, quantization.codeBits().packedBytes(count))
        + field(WeightParams.QUANTIZATION_FIELD_NUMBER, parameters);
  }

  /** The bytes of a length-delimited field. */
  static int field(int number, long length) {
    return Math.toIntExact(
        CodedOutputStream.computeTagSize(number)
            + CodedOutputStream.computeUInt64SizeNoTag(length)
            + length);
  }

  private WeightParams floats(StoredWeights.Precision precision, Tensor values) {
    if (precision == StoredWeights.Precision.FLOAT16) {
      return bare.toBuilder()
          .setFloat16Value(wrap(HalfPrecisionCodec.encode(values.sharedArray())))
          .build();
    }
    WeightParams.Builder message = bare.toBuilder();
    for (int i = 0; i < values.size(); i++) {
      message.addFloatValue(values.get(i));
    }
    return message.build();
  }

  private WeightParams codes(CodedWeights weights) {
    QuantizationParams.Builder parameters =
        QuantizationParams.newBuilder().setNumberOfBits(weights.bits().bits());
    if (weights instanceof LinearWeights linear) {
      LinearQuantizationParams.Builder message = LinearQuantizationParams.newBuilder();
      for (float scale : linear.scales()) {
        message.addScale(scale);
      }
      for (float bias : linear.biases()) {
        message.addBias(bias);
      }
      parameters.setLinearQuantization(message);
    } else {
      LookUpTableQuantizationParams.Builder message = LookUpTableQuantizationParams.newBuilder();
      for (float entry : ((LookUpTableWeights) weights).table()) {
        message.addFloatValue(entry);
      }
      parameters.setLookupTableQuantization(message);
    }
    return bare.toBuilder()
        .setRawValue(
            wrap(CodePacker.packMostSignificantFirst(weights.sharedCodes(), weights.bits())))
        .setQuantization(parameters)
        .build();
  }

  private static ByteString wrap(byte[] bytes) {
    return UnsafeByteOperations.unsafeWrap(bytes);
  }
}
