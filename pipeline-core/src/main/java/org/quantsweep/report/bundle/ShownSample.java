package org.quantsweep.report.bundle;

import java.util.List;

/**
 * A sample with the answers of the reference and of other models.
 *
 * @param part it belongs to
 * @param rank in that part
 * @param path where it came from
 * @param label that came with it, or the empty text
 * @param agrees whether the chosen model agrees with the reference on it
 * @param margin how far the reference's answer is from flipping; null where the criterion knows
 *     none
 * @param input a thumbnail; null where the sample is no picture, or the room for them is spent
 * @param answers the reference's first, then the chosen model's, then those of uniform widths,
 *     ascending in bytes, where outputs are dense
 */
public record ShownSample(
    String part,
    int rank,
    String path,
    String label,
    boolean agrees,
    Double margin,
    Picture input,
    List<Answer> answers) {
  /** Copies the list. */
  public ShownSample {
    answers = List.copyOf(answers);
  }

  /**
   * A picture.
   *
   * @param type {@code image/png} or {@code image/jpeg}
   * @param base64 its bytes
   */
  public record Picture(String type, int width, int height, String base64) {}

  /**
   * What a model answers.
   *
   * @param model {@code reference}, {@code chosen} or a scheme
   * @param encodedSize of the model in bytes
   * @param agrees with the reference's
   * @param top the classes that it finds likeliest, the likeliest first; empty without classes
   * @param dense pictures of its dense outputs; empty without
   */
  public record Answer(
      String model, long encodedSize, boolean agrees, List<ClassShare> top, List<Dense> dense) {
    /** Copies the lists. */
    public Answer {
      top = List.copyOf(top);
      dense = List.copyOf(dense);
    }
  }

  /**
   * A class and its share.
   *
   * @param probability in [0, 1], or the raw output where the model gives none
   */
  public record ClassShare(String name, double probability) {}

  /**
   * A dense output as a picture.
   *
   * @param output its name
   * @param kind {@code picture}, {@code mask} (a class for each pixel) or {@code map} (one number
   *     for each pixel)
   * @param picture the output
   * @param difference from the reference's, brighter where it is larger; null for the reference
   * @param measure what {@code score} is: {@code psnr} in dB or {@code pixel-agreement} in [0, 1]
   * @param score against the reference; null for the reference, and where both are equal and the
   *     measure has no bound
   */
  public record Dense(
      String output,
      String kind,
      Picture picture,
      Picture difference,
      String measure,
      Double score) {}
}
