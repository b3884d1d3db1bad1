package org.quantsweep.coreml.mlprogram;

import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.quantsweep.proto.mil.Argument;
import org.quantsweep.proto.mil.Operation;
import org.quantsweep.proto.mil.Value;

/** Finds and changes what refers to a file of constants. */
final class BlobReferences {
  private BlobReferences() {}

  /**
   * An operation with each of its references changed, in an order that follows from their names;
   * not those of operations inside it.
   */
  static Operation changed(Operation message, UnaryOperator<Value> blob) {
    Operation.Builder changed = message.toBuilder();
    new TreeMap<>(message.getAttributesMap())
        .forEach((name, value) -> changed.putAttributes(name, value(value, blob)));
    new TreeMap<>(message.getInputsMap())
        .forEach((name, argument) -> changed.putInputs(name, argument(argument, blob)));
    return changed.build();
  }

  private static Argument argument(Argument message, UnaryOperator<Value> blob) {
    Argument.Builder changed = message.toBuilder();
    changed
        .getArgumentsBuilderList()
        .forEach(
            binding -> {
              if (binding.hasValue()) {
                binding.setValue(value(binding.getValue(), blob));
              }
            });
    return changed.build();
  }

  private static Value value(Value message, UnaryOperator<Value> blob) {
    if (message.hasBlobFileValue()) {
      return blob.apply(message);
    }
    Value.Builder changed = message.toBuilder();
    Value.ImmediateValue.Builder immediate = changed.getImmediateValueBuilder();
    switch (message.getImmediateValue().getValueCase()) {
      case LIST ->
          immediate.getListBuilder().getValuesBuilderList().forEach(inner -> move(inner, blob));
      case TUPLE ->
          immediate.getTupleBuilder().getValuesBuilderList().forEach(inner -> move(inner, blob));
      case DICTIONARY ->
          immediate
              .getDictionaryBuilder()
              .getValuesBuilderList()
              .forEach(
                  pair -> {
                    move(pair.getKeyBuilder(), blob);
                    move(pair.getValueBuilder(), blob);
                  });
      default -> {
        return message;
      }
    }
    return changed.build();
  }

  private static void move(Value.Builder inner, UnaryOperator<Value> blob) {
    Value moved = value(inner.build(), blob);
    inner.clear().mergeFrom(moved);
  }
}
