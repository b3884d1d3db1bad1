package org.quantsweep.fuzz;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Changes one field somewhere in a message to what is likely to hurt: a count, a type, a name, an
 * offset, a part that is gone, doubled, or taken from elsewhere in the message.
 */
final class MessageMutation {
  private static final long[] LENGTHS = {
    0,
    1,
    -1,
    2,
    3,
    7,
    64,
    65,
    128,
    255,
    65_536,
    1 << 29,
    1 << 30,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    1L << 32,
    1L << 40,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };

  private static final double[] NUMBERS = {
    0, -0.0, 1, -1, 1e30, 65_536, Double.NaN, Double.POSITIVE_INFINITY, Float.MIN_VALUE
  };

  private final Random random;
  private final List<String> texts = new ArrayList<>();
  private final List<Message> parts = new ArrayList<>();

  private MessageMutation(Random random) {
    this.random = random;
  }

  static Message of(Message message, Random random) {
    MessageMutation mutation = new MessageMutation(random);
    mutation.collect(message, 0);
    return mutation.changed(message, 0);
  }

  private void collect(Message message, int depth) {
    if (depth > 40 || parts.size() > 20_000) {
      return;
    }
    parts.add(message);
    for (Object value : message.getAllFields().values()) {
      for (Object element : value instanceof Collection<?> several ? several : List.of(value)) {
        if (element instanceof Message inner) {
          collect(inner, depth + 1);
        } else if (element instanceof String text) {
          texts.add(text);
        }
      }
    }
  }

  /** Goes down at random, and changes a field where it stops. */
  private Message changed(Message message, int depth) {
    List<FieldDescriptor> set = new ArrayList<>(message.getAllFields().keySet());
    List<FieldDescriptor> inner =
        set.stream()
            .filter(field -> field.getJavaType() == FieldDescriptor.JavaType.MESSAGE)
            .toList();
    boolean stays = set.isEmpty() || inner.isEmpty() || random.nextInt(12) == 0;
    Message.Builder builder = message.toBuilder();
    if (stays) {
      change(builder, set);
      return builder.build();
    }
    FieldDescriptor field = inner.get(random.nextInt(inner.size()));
    if (!field.isRepeated()) {
      builder.setField(field, changed((Message) message.getField(field), depth + 1));
    } else {
      int place = random.nextInt(message.getRepeatedFieldCount(field));
      builder.setRepeatedField(
          field, place, changed((Message) message.getRepeatedField(field, place), depth + 1));
    }
    return builder.build();
  }

  private void change(Message.Builder builder, List<FieldDescriptor> set) {
    List<FieldDescriptor> all = builder.getDescriptorForType().getFields();
    if (all.isEmpty()) {
      return;
    }
    // Mostly a field that is set; sometimes one that is not, which also changes a choice.
    FieldDescriptor field =
        set.isEmpty() || random.nextInt(4) == 0
            ? all.get(random.nextInt(all.size()))
            : set.get(random.nextInt(set.size()));
    if (field.isRepeated()) {
      repeated(builder, field);
    } else if (random.nextInt(8) == 0) {
      builder.clearField(field);
    } else {
      builder.setField(field, value(builder, field, builder.getField(field)));
    }
  }

  private void repeated(Message.Builder builder, FieldDescriptor field) {
    List<Object> elements = new ArrayList<>();
    for (int i = 0; i < builder.getRepeatedFieldCount(field); i++) {
      elements.add(builder.getRepeatedField(field, i));
    }
    int place = elements.isEmpty() ? 0 : random.nextInt(elements.size());
    switch (elements.isEmpty() ? 4 : random.nextInt(6)) {
      case 0 -> elements.remove(place);
      case 1 -> elements.add(place, elements.get(place));
      case 2 -> elements.add(elements.remove(place));
      case 3 -> elements.clear();
      case 4 -> elements.add(value(builder, field, null));
      default -> elements.set(place, value(builder, field, elements.get(place)));
    }
    builder.clearField(field);
    elements.forEach(element -> builder.addRepeatedField(field, element));
  }

  private Object value(Message.Builder builder, FieldDescriptor field, Object old) {
    return switch (field.getJavaType()) {
      case INT -> (int) number(old);
      case LONG -> number(old);
      case FLOAT -> (float) NUMBERS[random.nextInt(NUMBERS.length)];
      case DOUBLE -> NUMBERS[random.nextInt(NUMBERS.length)];
      case BOOLEAN -> random.nextBoolean();
      case STRING -> text();
      case BYTE_STRING -> bytes(old instanceof ByteString string ? string : ByteString.EMPTY);
      case ENUM -> enumeration(field.getEnumType());
      case MESSAGE -> part(builder, field);
    };
  }

  private long number(Object old) {
    long given = old instanceof Number number ? number.longValue() : 0;
    return switch (random.nextInt(4)) {
      case 0 -> given + 1;
      case 1 -> given - 1;
      case 2 -> given * 2;
      default -> LENGTHS[random.nextInt(LENGTHS.length)];
    };
  }

  private String text() {
    return switch (random.nextInt(8)) {
      case 0 -> "";
      case 1 -> "nope";
      case 2 -> "x".repeat(random.nextInt(5000));
      default -> texts.isEmpty() ? "x" : texts.get(random.nextInt(texts.size()));
    };
  }

  private ByteString bytes(ByteString old) {
    byte[] bytes = old.toByteArray();
    return switch (random.nextInt(4)) {
      case 0 -> ByteString.EMPTY;
      case 1 -> old.substring(0, random.nextInt(old.size() + 1));
      case 2 -> old.concat(old);
      default -> {
        if (bytes.length > 0) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        yield ByteString.copyFrom(bytes);
      }
    };
  }

  private Object enumeration(EnumDescriptor type) {
    return random.nextInt(4) == 0
        ? type.findValueByNumberCreatingIfUnknown(random.nextInt(100))
        : type.getValues().get(random.nextInt(type.getValues().size()));
  }

  /** A message of the same type from elsewhere, or an empty one. */
  private Object part(Message.Builder builder, FieldDescriptor field) {
    List<Message> fitting =
        parts.stream()
            .filter(part -> part.getDescriptorForType().equals(field.getMessageType()))
            .toList();
    return fitting.isEmpty() || random.nextInt(6) == 0
        ? builder.newBuilderForField(field).build()
        : fitting.get(random.nextInt(fitting.size()));
  }

  /** Which texts and parts a message has: for the test of the mutations themselves. */
  static Map<String, Integer> counts(Message message) {
    MessageMutation mutation = new MessageMutation(new Random(0));
    mutation.collect(message, 0);
    return Map.of("texts", mutation.texts.size(), "parts", mutation.parts.size());
  }
}
