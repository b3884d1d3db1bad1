package org.quantsweep.coreml.neuralnetwork;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quantsweep.proto.coreml.Model;

/**
 * A tree of the changed places of a message, to know its size without building it. A change costs
 * as many steps as its place lies deep.
 */
final class ChangedMessage {
  /** A version that every model has. */
  private static final int NO_VERSION = 0;

  private static final long AS_GIVEN = -1;

  private final Message message;

  /** Bytes of a flag beside the message that stands only with it; -1 where the message stands. */
  private long flag = AS_GIVEN;

  private final Map<FieldStep, ChangedMessage> below = new HashMap<>();

  /** How many weights below need a specification version. */
  private final TreeMap<Integer, Integer> versions = new TreeMap<>();

  private long grown;
  private long leafSize = AS_GIVEN;
  private int leafVersion = NO_VERSION;

  /** Nothing of the message is changed. */
  ChangedMessage(Message message) {
    this.message = message;
  }

  /**
   * Replaces weights, which may have been replaced before.
   *
   * @param leastVersion the specification version that every model around them needs
   * @param size the bytes of their new message
   */
  void replace(MessagePath location, int leastVersion, int size) {
    change(location.steps(), leastVersion, size);
  }

  /**
   * Adds weights in a field that is not set. They need no version beyond that of other changes.
   *
   * @param size the bytes of their message
   * @param flagNumber of the truth value beside them that says that they are there
   */
  void add(MessagePath location, int size, int flagNumber) {
    ChangedMessage parent = this;
    List<FieldStep> steps = location.steps();
    for (FieldStep step : steps.subList(0, steps.size() - 1)) {
      parent = parent.below(step);
    }
    parent.below(steps.get(steps.size() - 1)).flag =
        CodedOutputStream.computeBoolSize(flagNumber, true);
    change(steps, NO_VERSION, size);
  }

  /** Puts weights back as they were given. */
  void restore(MessagePath location) {
    change(location.steps(), NO_VERSION, AS_GIVEN);
  }

  private ChangedMessage below(FieldStep step) {
    ChangedMessage child = below.get(step);
    if (child == null) {
      child = new ChangedMessage(child(step));
      below.put(step, child);
    }
    return child;
  }

  /** The bytes of a field, and of the flag beside it; none where it is not set. */
  private static long bytes(FieldStep step, ChangedMessage child) {
    if (child.flag == AS_GIVEN) {
      return WeightMessages.field(step.number(), child.size());
    }
    return child.leafSize == AS_GIVEN
        ? 0
        : WeightMessages.field(step.number(), child.size()) + child.flag;
  }

  /** Returns the version that was needed before. */
  private int change(List<FieldStep> steps, int leastVersion, long size) {
    int before;
    if (steps.isEmpty()) {
      before = leafVersion;
      leafVersion = leastVersion;
      leafSize = size;
    } else {
      FieldStep step = steps.get(0);
      ChangedMessage child = below(step);
      long own = bytes(step, child);
      before = child.change(steps.subList(1, steps.size()), leastVersion, size);
      grown += bytes(step, child) - own;
    }
    if (leastVersion != NO_VERSION) {
      versions.merge(leastVersion, 1, Integer::sum);
    }
    versions.computeIfPresent(before, (version, count) -> count == 1 ? null : count - 1);
    return before;
  }

  private Message child(FieldStep step) {
    FieldDescriptor field = message.getDescriptorForType().findFieldByNumber(step.number());
    return (Message)
        (step.index() == FieldStep.SINGULAR
            ? message.getField(field)
            : message.getRepeatedField(field, step.index()));
  }

  /** The bytes of the message after the changes. */
  long size() {
    if (leafSize != AS_GIVEN) {
      return leafSize;
    }
    long size = message.getSerializedSize() + grown;
    int version = versions.isEmpty() ? NO_VERSION : versions.lastKey();
    if (message instanceof Model stage && stage.getSpecificationVersion() < version) {
      int number = Model.SPECIFICATIONVERSION_FIELD_NUMBER;
      if (stage.getSpecificationVersion() != 0) {
        size -= CodedOutputStream.computeInt32Size(number, stage.getSpecificationVersion());
      }
      size += CodedOutputStream.computeInt32Size(number, version);
    }
    return size;
  }
}
