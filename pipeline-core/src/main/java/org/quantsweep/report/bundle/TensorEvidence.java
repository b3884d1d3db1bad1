package org.quantsweep.report.bundle;

import java.util.List;

/**
 * A weight tensor and its options.
 *
 * @param identity names it within its model
 * @param layer the path of its layer
 * @param type of its layer
 * @param shape of its values
 * @param bytesGiven that it takes in the model as given
 * @param chosen its option in the chosen model; null where none was chosen, or it stays as given
 * @param bytesChosen that it takes in the chosen model; null likewise
 * @param options ascending in bytes
 * @param values how its values are spread; null where that was not looked at
 */
public record TensorEvidence(
    String identity,
    String layer,
    String type,
    List<Long> shape,
    long bytesGiven,
    String chosen,
    Long bytesChosen,
    List<Option> options,
    Values values) {
  /** Copies the lists. */
  public TensorEvidence {
    shape = List.copyOf(shape);
    options = List.copyOf(options);
  }

  /**
   * An option.
   *
   * @param scheme as the format spells it
   * @param bytes that the tensor takes under it
   * @param error its own squared error, weighted by the layer's inputs where it is fitted; null
   *     where it is not known
   * @param loss the criterion's loss of this option alone, as a sum over as many samples as options
   *     are run on at most; null where it is not known
   * @param disagreeing how many of the samples that it was run on disagree; null where it was not
   *     run
   * @param samples how many these are; null likewise
   * @param state {@code measured}, {@code predicted} (not run: its loss follows from its error and
   *     from what others of the tensor lose), {@code dominated} (another one is smaller and
   *     closer), {@code narrowed} (left out before it was run), {@code refused} (a wider one of its
   *     form does too badly), {@code not-fitted}, or {@code offered} (a uniform candidate stores
   *     the tensor so; a search over plans, if there was one, does not choose from it)
   */
  public record Option(
      String scheme,
      long bytes,
      Double error,
      Double loss,
      Long disagreeing,
      Long samples,
      String state) {}

  /**
   * How the values of a tensor are spread.
   *
   * @param range largest magnitude over the root of the mean square
   * @param weightsPerChannel how many values share a channel's scale
   * @param channelSpread largest over median range of its channels; 1 where all are alike
   */
  public record Values(double range, long weightsPerChannel, double channelSpread) {}
}
