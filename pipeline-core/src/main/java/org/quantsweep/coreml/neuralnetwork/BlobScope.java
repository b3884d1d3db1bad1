package org.quantsweep.coreml.neuralnetwork;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** The blobs that the layers of a network can see, and those that they write. */
final class BlobScope {
  private final Map<String, String> producers;
  private final Set<String> written = new LinkedHashSet<>();

  private BlobScope(Map<String, String> producers) {
    this.producers = producers;
  }

  /**
   * @param producers who gives each blob that is there before the first layer, in words
   */
  static BlobScope of(Map<String, String> producers) {
    return new BlobScope(new HashMap<>(producers));
  }

  /** The scope of a network inside a layer: it sees all, and what it writes stays inside. */
  BlobScope nested() {
    return of(producers);
  }

  boolean sees(String blob) {
    return producers.containsKey(blob);
  }

  /** Who gives a blob, in words; null when nobody does. */
  String producer(String blob) {
    return producers.get(blob);
  }

  boolean writes(String blob) {
    return written.contains(blob);
  }

  /** What its layers write, in order. */
  Set<String> written() {
    return written;
  }

  /** Notes a blob that a layer writes; who was first remains its producer. */
  void write(String blob, String producer) {
    producers.putIfAbsent(blob, producer);
    written.add(blob);
  }
}
