package org.quantsweep.coreml.mlprogram;

import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.artifact.FileContent;

/** Gives blobs their places in files, in the order in which they are asked for. */
final class BlobPlaces {
  private final Map<BlobSlot, Long> places = new LinkedHashMap<>();
  private final Map<String, Long> ends = new HashMap<>();

  /** Where the metadata of a blob lie. */
  long place(BlobSlot slot) {
    Long known = places.get(slot);
    if (known != null) {
      return known;
    }
    long end = ends.getOrDefault(slot.file(), (long) BlobFile.ALIGNMENT);
    long place = BlobFileWriter.aligned(end);
    ends.put(slot.file(), place + BlobFile.ALIGNMENT + CodeBits.bytes(slot.type(), slot.count()));
    places.put(slot, place);
    return place;
  }

  /** The bytes of each file so far, by its path as programs write it. */
  SortedMap<String, Long> sizes() {
    return new TreeMap<>(ends);
  }

  /** The files, by their path as programs write it. */
  SortedMap<String, FileContent> files() throws IOException {
    SortedMap<String, BlobFileWriter> writers = new TreeMap<>();
    for (Map.Entry<BlobSlot, Long> entry : places.entrySet()) {
      long place =
          writers
              .computeIfAbsent(entry.getKey().file(), path -> new BlobFileWriter())
              .append(entry.getKey().value());
      if (place != entry.getValue()) {
        throw new IllegalStateException(
            "a blob lies at " + place + ", but was expected at " + entry.getValue() + ".");
      }
    }
    SortedMap<String, FileContent> files = new TreeMap<>();
    for (Map.Entry<String, BlobFileWriter> writer : writers.entrySet()) {
      files.put(writer.getKey(), writer.getValue().content());
    }
    return files;
  }
}
