package org.quantsweep.coreml.mlprogram;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.quantsweep.coreml.Findings;
import org.quantsweep.proto.mil.Argument;
import org.quantsweep.proto.mil.Block;
import org.quantsweep.proto.mil.Dimension;
import org.quantsweep.proto.mil.Function;
import org.quantsweep.proto.mil.NamedValueType;
import org.quantsweep.proto.mil.TensorType;
import org.quantsweep.proto.mil.Value;
import org.quantsweep.proto.mil.ValueType;
import org.quantsweep.tensor.Shape;

/**
 * Reads the messages of a program ({@code MIL.proto}). What cannot be is noted as a problem, and
 * left out of what is read.
 */
final class ProgramMessages {
  private static final long MOST_ELEMENTS = Integer.MAX_VALUE - 16;

  private final BlobFiles blobs;
  private final Findings findings;

  /** Where in the program the reader is, for messages. */
  private String where = "the program";

  private ProgramMessages(BlobFiles blobs, Findings findings) {
    this.blobs = blobs;
    this.findings = findings;
  }

  static Program read(
      org.quantsweep.proto.mil.Program message, BlobFiles blobs, Findings findings) {
    return new ProgramMessages(blobs, findings).program(message);
  }

  /** The type of a constant of a program that was read before. */
  static ProgramType.Array constantType(Value message) {
    ProgramMessages reader = new ProgramMessages(new BlobFiles(Map.of()), new Findings());
    return reader.shaped("a constant", message).orElseThrow();
  }

  private Program program(org.quantsweep.proto.mil.Program message) {
    if (message.getVersion() != 1) {
      findings.problem(
          "the program says version " + message.getVersion() + ", but only version 1 is known.");
    }
    if (message.getFunctionsCount() == 0) {
      findings.problem("the program has no function.");
    }
    TreeMap<String, ProgramFunction> functions = new TreeMap<>();
    new TreeMap<>(message.getFunctionsMap())
        .forEach(
            (name, function) ->
                function(name, function).ifPresent(read -> functions.put(name, read)));
    return new Program(functions);
  }

  private Optional<ProgramFunction> function(String name, Function message) {
    where = "function '" + name + "'";
    Optional<Opset> opset = Opset.named(message.getOpset());
    if (opset.isEmpty()) {
      findings.problem(
          where
              + " has opset '"
              + message.getOpset()
              + "', but only CoreML5 to CoreML9 are known.");
    }
    Block block = message.getBlockSpecializationsMap().get(message.getOpset());
    if (block == null) {
      findings.problem(
          where
              + " has blocks for "
              + new TreeMap<>(message.getBlockSpecializationsMap()).keySet()
              + ", but none for its opset '"
              + message.getOpset()
              + "'.");
    }
    if (opset.isEmpty() || block == null) {
      return Optional.empty();
    }
    List<NamedType> inputs = types(message.getInputsList());
    return Optional.of(new ProgramFunction(name, opset.get(), inputs, block(block)));
  }

  private ProgramBlock block(Block message) {
    List<Operation> operations = new ArrayList<>();
    for (org.quantsweep.proto.mil.Operation operation : message.getOperationsList()) {
      operations.add(operation(operation));
    }
    return new ProgramBlock(
        types(message.getInputsList()), List.copyOf(message.getOutputsList()), operations);
  }

  private Operation operation(org.quantsweep.proto.mil.Operation message) {
    String around = where;
    String name =
        message.getOutputsCount() == 0
            ? "an operation"
            : "'" + message.getOutputs(0).getName() + "'";
    where = name + " (" + message.getType() + ")";
    Map<String, List<Binding>> inputs = new LinkedHashMap<>();
    new TreeMap<>(message.getInputsMap())
        .forEach((parameter, argument) -> inputs.put(parameter, bindings(parameter, argument)));
    Map<String, ProgramValue> attributes = new LinkedHashMap<>();
    new TreeMap<>(message.getAttributesMap())
        .forEach(
            (attribute, value) ->
                value("attribute '" + attribute + "'", value)
                    .ifPresent(read -> attributes.put(attribute, read)));
    List<NamedType> outputs = types(message.getOutputsList());
    List<ProgramBlock> blocks = new ArrayList<>();
    for (Block block : message.getBlocksList()) {
      blocks.add(block(block));
    }
    where = around;
    return new Operation(message.getType(), inputs, attributes, outputs, blocks);
  }

  private List<Binding> bindings(String parameter, Argument argument) {
    List<Binding> bindings = new ArrayList<>();
    for (Argument.Binding binding : argument.getArgumentsList()) {
      switch (binding.getBindingCase()) {
        case NAME -> bindings.add(new Binding.Name(binding.getName()));
        case VALUE ->
            value("parameter '" + parameter + "'", binding.getValue())
                .ifPresent(read -> bindings.add(new Binding.Literal(read)));
        case BINDING_NOT_SET ->
            findings.problem(where + ": parameter '" + parameter + "' is bound to nothing.");
      }
    }
    return bindings;
  }

  private List<NamedType> types(List<NamedValueType> messages) {
    List<NamedType> types = new ArrayList<>();
    for (NamedValueType message : messages) {
      type("value '" + message.getName() + "'", message.getType())
          .ifPresent(type -> types.add(new NamedType(message.getName(), type)));
    }
    return types;
  }

  private Optional<ProgramType> type(String what, ValueType message) {
    return switch (message.getTypeCase()) {
      case TENSORTYPE -> array(what, message.getTensorType()).map(ProgramType.class::cast);
      case LISTTYPE ->
          type(what, message.getListType().getType())
              .map(
                  element ->
                      new ProgramType.Sequence(element, length(message.getListType().getLength())));
      case TUPLETYPE -> {
        List<ProgramType> elements = new ArrayList<>();
        for (ValueType element : message.getTupleType().getTypesList()) {
          type(what, element).ifPresent(elements::add);
        }
        yield Optional.of(new ProgramType.Tuple(elements));
      }
      case DICTIONARYTYPE -> {
        Optional<ProgramType> key = type(what, message.getDictionaryType().getKeyType());
        Optional<ProgramType> value = type(what, message.getDictionaryType().getValueType());
        yield key.isEmpty() || value.isEmpty()
            ? Optional.empty()
            : Optional.of(new ProgramType.Dictionary(key.get(), value.get()));
      }
      case STATETYPE -> state(what, message.getStateType().getWrappedType());
      case TYPE_NOT_SET -> {
        findings.problem(where + ": " + what + " has no type.");
        yield Optional.empty();
      }
    };
  }

  private Optional<ProgramType> state(String what, ValueType wrapped) {
    if (!wrapped.hasTensorType()) {
      findings.problem(where + ": " + what + " is a state that wraps no array.");
      return Optional.empty();
    }
    return array(what, wrapped.getTensorType()).map(ProgramType.State::new);
  }

  private Optional<ProgramType.Array> array(String what, TensorType message) {
    Optional<DataType> element = DataType.of(message.getDataTypeValue());
    if (element.isEmpty()) {
      findings.problem(
          where
              + ": "
              + what
              + " has elements of type "
              + message.getDataTypeValue()
              + ", which is not known here.");
      return Optional.empty();
    }
    if (message.getRank() < 0) {
      return Optional.of(new ProgramType.Array(element.get(), Optional.empty()));
    }
    if (message.getRank() != message.getDimensionsCount()) {
      findings.problem(
          where
              + ": "
              + what
              + " has rank "
              + message.getRank()
              + ", but "
              + message.getDimensionsCount()
              + " dimensions.");
      return Optional.empty();
    }
    List<OptionalLong> lengths = new ArrayList<>();
    for (Dimension dimension : message.getDimensionsList()) {
      OptionalLong length = length(dimension);
      if (length.isPresent() && (length.getAsLong() < 0 || length.getAsLong() > MOST_ELEMENTS)) {
        findings.problem(
            where
                + ": "
                + what
                + " has an axis of length "
                + Long.toUnsignedString(length.getAsLong())
                + ", more than "
                + MOST_ELEMENTS
                + ".");
        return Optional.empty();
      }
      lengths.add(length);
    }
    return Optional.of(new ProgramType.Array(element.get(), Optional.of(lengths)));
  }

  private static OptionalLong length(Dimension message) {
    return message.hasConstant()
        ? OptionalLong.of(message.getConstant().getSize())
        : OptionalLong.empty();
  }

  private Optional<ProgramValue> value(String what, Value message) {
    return switch (message.getValueCase()) {
      case IMMEDIATEVALUE -> immediate(what, message);
      case BLOBFILEVALUE ->
          shaped(what, message)
              .flatMap(array -> blob(what, message.getBlobFileValue(), array))
              .map(ProgramValue.class::cast);
      case VALUE_NOT_SET -> {
        findings.problem(where + ": " + what + " has no value.");
        yield Optional.empty();
      }
    };
  }

  private Optional<ProgramValue> immediate(String what, Value message) {
    Value.ImmediateValue immediate = message.getImmediateValue();
    return switch (immediate.getValueCase()) {
      case TENSOR ->
          shaped(what, message)
              .flatMap(array -> tensor(what, immediate.getTensor(), array))
              .map(ProgramValue.class::cast);
      case TUPLE -> several(what, immediate.getTuple().getValuesList());
      case LIST -> several(what, immediate.getList().getValuesList());
      case DICTIONARY -> {
        List<Value> values = new ArrayList<>();
        immediate
            .getDictionary()
            .getValuesList()
            .forEach(
                pair -> {
                  values.add(pair.getKey());
                  values.add(pair.getValue());
                });
        yield several(what, values);
      }
      case VALUE_NOT_SET -> {
        findings.problem(where + ": " + what + " has no value.");
        yield Optional.empty();
      }
    };
  }

  private Optional<ProgramValue> several(String what, List<Value> messages) {
    List<ProgramValue> values = new ArrayList<>();
    for (Value message : messages) {
      value(what, message).ifPresent(values::add);
    }
    return Optional.of(new ProgramValue.Several(values));
  }

  /** The type of an array whose shape is known, as a constant's must be. */
  private Optional<ProgramType.Array> shaped(String what, Value message) {
    if (!message.getType().hasTensorType()) {
      findings.problem(where + ": " + what + " is an array, but its type is none.");
      return Optional.empty();
    }
    Optional<ProgramType.Array> array = array(what, message.getType().getTensorType());
    if (array.isEmpty()) {
      return Optional.empty();
    }
    if (array.get().shape().isEmpty()) {
      findings.problem(
          where + ": " + what + " is constant, but its type (" + array.get() + ") is open.");
      return Optional.empty();
    }
    try {
      if (array.get().shape().get().elementCount() <= MOST_ELEMENTS) {
        return array;
      }
    } catch (ArithmeticException e) {
      // Told below: even a long cannot count them.
    }
    findings.problem(
        where
            + ": "
            + what
            + " ("
            + array.get()
            + ") has more than "
            + MOST_ELEMENTS
            + " elements.");
    return Optional.empty();
  }

  private Optional<TensorValue> blob(
      String what, Value.BlobFileValue message, ProgramType.Array type) {
    Shape shape = type.shape().orElseThrow();
    String place =
        where
            + ": "
            + what
            + " ("
            + message.getFileName()
            + " at "
            + Long.toUnsignedString(message.getOffset())
            + "): ";
    if (type.element().bits() == 0 || type.element() == DataType.BOOL) {
      findings.problem(place + type.element() + " cannot lie in a file of blobs.");
      return Optional.empty();
    }
    try {
      return Optional.of(
          blobs.value(message.getFileName(), message.getOffset(), type.element(), shape));
    } catch (BlobFile.DamagedBlobException e) {
      findings.problem(place + e.getMessage() + ".");
    } catch (IOException e) {
      findings.problem(place + "the file cannot be read, " + e.getMessage() + ".");
    }
    return Optional.empty();
  }

  private Optional<TensorValue> tensor(
      String what, org.quantsweep.proto.mil.TensorValue message, ProgramType.Array type) {
    DataType element = type.element();
    Shape shape = type.shape().orElseThrow();
    int count = (int) shape.elementCount();
    return switch (element) {
      case STRING ->
          counted(what, type, count, message.getStrings().getValuesCount())
              .map(ok -> TensorValue.texts(shape, message.getStrings().getValuesList()));
      case BOOL ->
          counted(what, type, count, message.getBools().getValuesCount())
              .map(ok -> integers(element, shape, i -> message.getBools().getValues(i) ? 1 : 0));
      case FLOAT32 ->
          counted(what, type, count, message.getFloats().getValuesCount())
              .map(ok -> floats(element, shape, message));
      case FLOAT64 ->
          counted(what, type, count, message.getDoubles().getValuesCount())
              .map(ok -> doubles(element, shape, message));
      case INT16, INT32, UINT16 ->
          counted(what, type, count, message.getInts().getValuesCount())
              .map(ok -> integers(element, shape, i -> message.getInts().getValues(i)));
      case INT64, UINT64 ->
          counted(what, type, count, message.getLongInts().getValuesCount())
              .map(ok -> integers(element, shape, i -> message.getLongInts().getValues(i)));
      default -> packed(what, message, type, shape);
    };
  }

  private Optional<TensorValue> packed(
      String what,
      org.quantsweep.proto.mil.TensorValue message,
      ProgramType.Array type,
      Shape shape) {
    // Older converters hold narrow integers as ints.
    if (message.hasInts() && type.element().isInteger()) {
      return counted(what, type, (int) shape.elementCount(), message.getInts().getValuesCount())
          .map(ok -> integers(type.element(), shape, i -> message.getInts().getValues(i)));
    }
    ByteString bytes = message.getBytes().getValues();
    long wanted = CodeBits.bytes(type.element(), shape.elementCount());
    if (bytes.size() != wanted) {
      findings.problem(
          where
              + ": "
              + what
              + " ("
              + type
              + ") has "
              + bytes.size()
              + " bytes, but needs "
              + wanted
              + ".");
      return Optional.empty();
    }
    return Optional.of(TensorValue.packed(type.element(), shape, bytes::toByteArray, wanted));
  }

  private Optional<Boolean> counted(String what, ProgramType.Array type, int wanted, int found) {
    if (wanted == found) {
      return Optional.of(true);
    }
    findings.problem(
        where
            + ": "
            + what
            + " ("
            + type
            + ") has "
            + found
            + " elements, but needs "
            + wanted
            + ".");
    return Optional.empty();
  }

  private static TensorValue floats(
      DataType type, Shape shape, org.quantsweep.proto.mil.TensorValue message) {
    float[] values = new float[message.getFloats().getValuesCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = message.getFloats().getValues(i);
    }
    return TensorValue.floats(type, shape, () -> values);
  }

  private static TensorValue doubles(
      DataType type, Shape shape, org.quantsweep.proto.mil.TensorValue message) {
    float[] values = new float[message.getDoubles().getValuesCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) message.getDoubles().getValues(i);
    }
    return TensorValue.floats(type, shape, () -> values);
  }

  private static TensorValue integers(
      DataType type, Shape shape, java.util.function.IntToLongFunction element) {
    long[] values = new long[(int) shape.elementCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = element.applyAsLong(i);
    }
    return TensorValue.integers(type, shape, values);
  }
}
