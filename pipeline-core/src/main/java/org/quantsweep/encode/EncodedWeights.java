package org.quantsweep.encode;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnsafeByteOperations;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.proto.coreml.LinearQuantizationParams;
import org.quantsweep.proto.coreml.LookUpTableQuantizationParams;
import org.quantsweep.proto.coreml.QuantizationParams;
import org.quantsweep.proto.coreml.WeightParams;
import org.quantsweep.quantize.CodePacker;
import org.quantsweep.quantize.HalfPrecisionCodec;
import org.quantsweep.quantize.LinearWeights;
import org.quantsweep.quantize.LookUpTableWeights;
import org.quantsweep.quantize.QuantizedWeights;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.quantize.TensorQuantizer;
import org.quantsweep.tensor.Tensor;

/**
 * One weight tensor's message in any scheme, and its size without making it. Its quantizer is kept:
 * the tables of all widths come from one run.
 */
final class EncodedWeights {
  private final WeightTensor tensor;
  private final WeightParams bare;
  private TensorQuantizer quantizer;

  EncodedWeights(WeightTensor tensor) {
    this.tensor = tensor;
    this.bare =
        tensor.params().toBuilder()
            .clearFloatValue()
            .clearFloat16Value()
            .clearRawValue()
            .clearInt8RawValue()
            .clearQuantization()
            .build();
  }

  /** The message in a scheme; as stored when the scheme is what is stored. */
  WeightParams encode(Scheme scheme) {
    if (scheme instanceof Scheme.FullPrecision) {
      return full();
    }
    if (scheme instanceof Scheme.HalfPrecision) {
      return half();
    }
    return encode(quantized((Scheme.Quantization) scheme));
  }

  /** The message of other values of the same shape, in full or half precision. */
  WeightParams encode(Scheme scheme, Tensor values) {
    if (scheme instanceof Scheme.HalfPrecision) {
      return half(values);
    }
    return full(values);
  }

  /** The codes of a scheme that depends on the weights alone. */
  QuantizedWeights quantized(Scheme.Quantization scheme) {
    return quantizer().quantize(scheme);
  }

  /** The size of {@link #encode}'s message, in bytes. */
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
                  4L * quantization.bits().codes()));
    } else {
      long scales =
          quantization.granularity() == org.quantsweep.quantize.Granularity.PER_CHANNEL
              ? Math.max(1, tensor.legalScales())
              : 1;
      parameters =
          field(
              QuantizationParams.LINEARQUANTIZATION_FIELD_NUMBER,
              field(LinearQuantizationParams.SCALE_FIELD_NUMBER, 4 * scales)
                  + (long) field(LinearQuantizationParams.BIAS_FIELD_NUMBER, 4 * scales));
    }
    parameters +=
        CodedOutputStream.computeUInt64Size(
            QuantizationParams.NUMBEROFBITS_FIELD_NUMBER, quantization.bits().bits());
    return bare.getSerializedSize()
        + field(WeightParams.RAWVALUE_FIELD_NUMBER, quantization.bits().packedBytes(count))
        + field(WeightParams.QUANTIZATION_FIELD_NUMBER, parameters);
  }

  /** The bytes of a length-delimited field. */
  static int field(int number, long length) {
    return Math.toIntExact(
        CodedOutputStream.computeTagSize(number)
            + CodedOutputStream.computeUInt64SizeNoTag(length)
            + length);
  }

  private synchronized TensorQuantizer quantizer() {
    if (quantizer == null) {
      quantizer = new TensorQuantizer(tensor.values(), tensor.channelAxis(), tensor.legalScales());
    }
    return quantizer;
  }

  private WeightParams full() {
    if (tensor.params().getFloatValueCount() > 0) {
      return tensor.params();
    }
    return full(tensor.values());
  }

  private WeightParams full(Tensor values) {
    WeightParams.Builder message = bare.toBuilder();
    for (int i = 0; i < values.size(); i++) {
      message.addFloatValue(values.get(i));
    }
    return message.build();
  }

  private WeightParams half() {
    if (!tensor.params().getFloat16Value().isEmpty()) {
      return tensor.params();
    }
    return half(tensor.values());
  }

  private WeightParams half(Tensor values) {
    return bare.toBuilder()
        .setFloat16Value(wrap(HalfPrecisionCodec.encode(values.sharedArray())))
        .build();
  }

  /** The message of codes that come from elsewhere. */
  WeightParams encode(QuantizedWeights weights) {
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
