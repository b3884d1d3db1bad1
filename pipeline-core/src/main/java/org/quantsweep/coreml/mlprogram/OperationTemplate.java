package org.quantsweep.coreml.mlprogram;

import com.google.protobuf.CodedOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;
import org.quantsweep.proto.mil.Operation;
import org.quantsweep.proto.mil.Value;

/**
 * An operation whose blobs have no place yet. Its size depends on the places, for these are numbers
 * of one to ten bytes.
 */
final class OperationTemplate {
  /** Marks a blob without a place; its offset is the number of the slot. */
  static final String OPEN = "\u00a7";

  private final Operation message;
  private final List<BlobSlot> slots;
  private final Map<List<Integer>, Integer> sizes = new ConcurrentHashMap<>();

  /**
   * A template.
   *
   * @param message with blobs in files called {@link #OPEN}
   * @param slots by the number that such a blob has as its offset
   */
  OperationTemplate(Operation message, List<BlobSlot> slots) {
    this.message = message;
    this.slots = List.copyOf(slots);
  }

  /** The operation without blobs inside it. */
  List<BlobSlot> slots() {
    return slots;
  }

  /** The operation with its blobs in place. */
  Operation placed(ToLongFunction<BlobSlot> places) {
    if (slots.isEmpty()) {
      return message;
    }
    return BlobReferences.changed(
        message,
        value -> {
          BlobSlot slot = slots.get(Math.toIntExact(value.getBlobFileValue().getOffset()));
          return value.toBuilder()
              .setBlobFileValue(
                  Value.BlobFileValue.newBuilder()
                      .setFileName(slot.file())
                      .setOffset(places.applyAsLong(slot)))
              .build();
        });
  }

  /** The bytes of {@link #placed}. */
  int size(ToLongFunction<BlobSlot> places) {
    List<Integer> lengths = new ArrayList<>(slots.size());
    for (BlobSlot slot : slots) {
      lengths.add(length(places.applyAsLong(slot)));
    }
    Integer known = sizes.get(lengths);
    if (known == null) {
      known = placed(places).getSerializedSize();
      sizes.put(lengths, known);
    }
    return known;
  }

  /** The bytes of a place in a message. */
  static int length(long place) {
    return CodedOutputStream.computeUInt64SizeNoTag(place);
  }
}
