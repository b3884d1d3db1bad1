package org.quantsweep.report.bundle;

import java.util.List;

/**
 * Why this candidate was chosen.
 *
 * @param sentences in the order in which one would say them: what was chosen, how sure that is,
 *     what it rests on
 * @param refused smaller neighbours of the smallest plan that selection accepts, and rungs of the
 *     ladder that failed: ascending in what each would save
 * @param tensors what one step does for each weight tensor of the chosen plan; empty without one
 */
public record Explanations(
    List<String> sentences, List<Refused> refused, List<TensorSteps> tensors) {
  /** Copies the lists. */
  public Explanations {
    sentences = List.copyOf(sentences);
    refused = List.copyOf(refused);
    tensors = List.copyOf(tensors);
  }

  /**
   * A smaller candidate that was refused.
   *
   * @param name its scheme, or {@code plan:} and a digest
   * @param encodedSize bytes
   * @param saves how many bytes smaller than the chosen one it is
   * @param part in which it was refused: {@code selection} or {@code confirmation}
   * @param changes the options that differ from the chosen plan's; empty where it is no plan
   * @param reason as a whole sentence, with the numbers
   */
  public record Refused(
      String name, long encodedSize, long saves, String part, List<Change> changes, String reason) {
    /** Copies the list. */
    public Refused {
      changes = List.copyOf(changes);
    }
  }

  /** A weight tensor's option in the chosen plan and in another one. */
  public record Change(String tensor, String chosen, String other) {}

  /**
   * What one step smaller or larger would do.
   *
   * @param tensor its identity
   * @param smaller the next smaller option that was run; null where there is none
   * @param larger the next larger one; null where there is none
   * @param causes why it is dear, the likeliest first; empty where it is not
   */
  public record TensorSteps(String tensor, Step smaller, Step larger, List<Cause> causes) {
    /** Copies the list. */
    public TensorSteps {
      causes = List.copyOf(causes);
    }
  }

  /**
   * One step.
   *
   * @param bytes more than now; negative where it is smaller
   * @param loss more than now, of this option alone, on the samples that it was run on
   */
  public record Step(String scheme, long bytes, double loss) {}

  /**
   * Why a weight tensor is dear.
   *
   * @param kind {@code outliers}, {@code few-weights}, {@code first-layer}, {@code last-layer},
   *     {@code depthwise} or {@code channel-spread}
   * @param sentence with the numbers
   * @param help what would help, as a whole sentence
   */
  public record Cause(String kind, String sentence, String help) {}
}
