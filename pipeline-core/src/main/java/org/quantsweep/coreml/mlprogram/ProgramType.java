package org.quantsweep.coreml.mlprogram;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.quantsweep.tensor.Shape;

/** The type of a value, as a program declares it. */
public sealed interface ProgramType {
  /**
   * An array.
   *
   * @param lengths of its axes, outermost first, each empty where only a run tells it; empty as a
   *     whole where the rank is not known either
   */
  record Array(DataType element, Optional<List<OptionalLong>> lengths) implements ProgramType {
    /** Copies the list. */
    public Array {
      lengths = lengths.map(List::copyOf);
    }

    /** The shape; empty where a length is not known. */
    public Optional<Shape> shape() {
      if (lengths.isEmpty() || lengths.get().stream().anyMatch(OptionalLong::isEmpty)) {
        return Optional.empty();
      }
      return Optional.of(
          Shape.of(lengths.get().stream().map(length -> (Number) length.getAsLong()).toList()));
    }

    /** For example {@code float16 [1, 3, ?, ?]}. */
    @Override
    public String toString() {
      if (lengths.isEmpty()) {
        return element + " [...]";
      }
      StringBuilder text = new StringBuilder(element.toString()).append(" [");
      String separator = "";
      for (OptionalLong length : lengths.get()) {
        text.append(separator);
        text.append(length.isPresent() ? Long.toString(length.getAsLong()) : "?");
        separator = ", ";
      }
      return text.append(']').toString();
    }
  }

  /**
   * Values of one type.
   *
   * @param length empty where only a run tells it
   */
  record Sequence(ProgramType element, OptionalLong length) implements ProgramType {
    @Override
    public String toString() {
      return "list of " + element;
    }
  }

  /** Values of several types. */
  record Tuple(List<ProgramType> elements) implements ProgramType {
    /** Copies the list. */
    public Tuple {
      elements = List.copyOf(elements);
    }

    @Override
    public String toString() {
      return "tuple of " + elements;
    }
  }

  /** Values by key. */
  record Dictionary(ProgramType key, ProgramType value) implements ProgramType {
    @Override
    public String toString() {
      return "dictionary of " + key + " to " + value;
    }
  }

  /** An array that outlives a call. */
  record State(Array wrapped) implements ProgramType {
    @Override
    public String toString() {
      return "state of " + wrapped;
    }
  }
}
