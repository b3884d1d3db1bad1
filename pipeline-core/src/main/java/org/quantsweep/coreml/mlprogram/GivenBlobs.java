package org.quantsweep.coreml.mlprogram;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * The blobs of a package as given. Of those that hold the same bytes the first stands for all, so
 * that it is stored once.
 */
final class GivenBlobs {
  private final Map<Kind, Alike> kinds = new HashMap<>();

  /** Blobs of other kinds hold other things. */
  private record Kind(String file, DataType type, long count) {}

  /** Blobs of one kind. Nothing is read as long as there is one. */
  private static final class Alike {
    private final Map<Long, BlobSlot.Given> byOffset = new HashMap<>();
    private final Map<Long, List<BlobSlot.Given>> bySum = new HashMap<>();
    private BlobSlot.Given only;
  }

  /** The blob that stands for one; itself, unless an equal one came before. */
  BlobSlot.Given first(BlobSlot.Given blob) {
    Alike alike =
        kinds.computeIfAbsent(
            new Kind(blob.file(), blob.type(), blob.count()), missing -> new Alike());
    return alike.byOffset.computeIfAbsent(blob.offset(), missing -> first(alike, blob));
  }

  private static BlobSlot.Given first(Alike alike, BlobSlot.Given blob) {
    if (alike.byOffset.isEmpty()) {
      alike.only = blob;
      return blob;
    }
    if (alike.bySum.isEmpty()) {
      alike
          .bySum
          .computeIfAbsent(sum(alike.only.value().packedBytes()), own -> new ArrayList<>())
          .add(alike.only);
    }
    byte[] bytes = blob.value().packedBytes();
    List<BlobSlot.Given> close =
        alike.bySum.computeIfAbsent(sum(bytes), missing -> new ArrayList<>());
    for (BlobSlot.Given before : close) {
      if (Arrays.equals(before.value().packedBytes(), bytes)) {
        return before;
      }
    }
    close.add(blob);
    return blob;
  }

  private static long sum(byte[] bytes) {
    CRC32 sum = new CRC32();
    sum.update(bytes);
    return sum.getValue();
  }
}
