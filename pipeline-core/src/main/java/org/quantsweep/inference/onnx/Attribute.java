package org.quantsweep.inference.onnx;

import com.google.protobuf.ByteString;
import java.util.List;
import org.quantsweep.proto.onnx.AttributeProto;

/** A setting of a node, known before the graph runs. */
public final class Attribute {
  /** What an attribute holds. */
  enum Kind {
    INT(AttributeProto.AttributeType.INT),
    FLOAT(AttributeProto.AttributeType.FLOAT),
    STRING(AttributeProto.AttributeType.STRING),
    INTS(AttributeProto.AttributeType.INTS),
    FLOATS(AttributeProto.AttributeType.FLOATS),
    STRINGS(AttributeProto.AttributeType.STRINGS);

    private final AttributeProto.AttributeType message;

    Kind(AttributeProto.AttributeType message) {
      this.message = message;
    }

    AttributeProto.Builder named(String name) {
      return AttributeProto.newBuilder().setName(name).setType(message);
    }
  }

  private final Kind kind;
  private final AttributeProto message;

  private Attribute(Kind kind, AttributeProto.Builder message) {
    this.kind = kind;
    this.message = message.build();
  }

  /** A whole number; switches are 0 or 1. */
  public static Attribute of(String name, long value) {
    return new Attribute(Kind.INT, Kind.INT.named(name).setI(value));
  }

  /** A float32 number. */
  public static Attribute of(String name, float value) {
    return new Attribute(Kind.FLOAT, Kind.FLOAT.named(name).setF(value));
  }

  /** A text. */
  public static Attribute of(String name, String value) {
    return new Attribute(Kind.STRING, Kind.STRING.named(name).setS(ByteString.copyFromUtf8(value)));
  }

  /** Whole numbers, such as lengths or axes. */
  public static Attribute ofIntegers(String name, List<Integer> values) {
    AttributeProto.Builder message = Kind.INTS.named(name);
    values.forEach(message::addInts);
    return new Attribute(Kind.INTS, message);
  }

  /** Float32 numbers. */
  public static Attribute ofFloats(String name, List<Float> values) {
    return new Attribute(Kind.FLOATS, Kind.FLOATS.named(name).addAllFloats(values));
  }

  /** Texts. */
  public static Attribute ofTexts(String name, List<String> values) {
    AttributeProto.Builder message = Kind.STRINGS.named(name);
    values.forEach(value -> message.addStrings(ByteString.copyFromUtf8(value)));
    return new Attribute(Kind.STRINGS, message);
  }

  String name() {
    return message.getName();
  }

  Kind kind() {
    return kind;
  }

  /** The number of an attribute of the kind {@link Kind#INT}. */
  long number() {
    return message.getI();
  }

  AttributeProto message() {
    return message;
  }
}
