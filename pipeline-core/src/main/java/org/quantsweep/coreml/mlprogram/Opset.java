package org.quantsweep.coreml.mlprogram;

import java.util.Optional;

/** A set of operations, and so their meaning. It is named after the system that brought it. */
public enum Opset {
  /** The first one. */
  IOS15("CoreML5", 6, "iOS 15, macOS 12"),
  /** Compressed constants. */
  IOS16("CoreML6", 7, "iOS 16, macOS 13"),
  /** More types of parameters; other meanings of places and shapes. */
  IOS17("CoreML7", 8, "iOS 17, macOS 14"),
  /** States; constants of less than eight bits. */
  IOS18("CoreML8", 9, "iOS 18, macOS 15"),
  /** The same operations as {@link #IOS18}. */
  IOS26("CoreML9", 10, "iOS 26, macOS 26");

  private final String text;
  private final int specificationVersion;
  private final String system;

  Opset(String text, int specificationVersion, String system) {
    this.text = text;
    this.specificationVersion = specificationVersion;
    this.system = system;
  }

  /** The opset that a file names so. */
  static Optional<Opset> named(String text) {
    for (Opset opset : values()) {
      if (opset.text.equals(text)) {
        return Optional.of(opset);
      }
    }
    return Optional.empty();
  }

  /** The latest opset of an iOS; empty before iOS 15. */
  static Optional<Opset> ofRelease(int ios) {
    Optional<Opset> latest = Optional.empty();
    for (Opset opset : values()) {
      if (Integer.parseInt(opset.name().substring("IOS".length())) <= ios) {
        latest = Optional.of(opset);
      }
    }
    return latest;
  }

  /** The least iOS that runs it, as deployment targets are written: {@code iOS16}. */
  String shortSystem() {
    return "iOS" + name().substring("IOS".length());
  }

  /** The least specification version of a model with it. */
  public int specificationVersion() {
    return specificationVersion;
  }

  /** The least systems that run it, for example {@code iOS 16, macOS 13}. */
  public String system() {
    return system;
  }

  /** Whether it is this one or a later one. */
  public boolean isAtLeast(Opset other) {
    return compareTo(other) >= 0;
  }

  /** As files name it, for example {@code CoreML6}. */
  @Override
  public String toString() {
    return text;
  }
}
