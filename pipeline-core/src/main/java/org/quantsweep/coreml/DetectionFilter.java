package org.quantsweep.coreml;

import java.util.List;

/**
 * The last stage of a detector: a model that keeps of overlapping boxes the one of the highest
 * confidence ({@code NonMaximumSuppression.proto}).
 *
 * @param overlap the largest share of two boxes' union that may lie in both
 * @param confidence below which a box is dropped
 * @param perClass whether boxes drop those of their own class only
 * @param confidenceInput {@code [boxes, classes]}
 * @param coordinatesInput {@code [boxes, 4]}: centre x, centre y, width, height
 * @param confidenceOutput of the boxes that are kept
 * @param coordinatesOutput of the boxes that are kept
 * @param labels the classes in order, whole numbers in decimal
 */
public record DetectionFilter(
    double overlap,
    double confidence,
    boolean perClass,
    String confidenceInput,
    String coordinatesInput,
    String confidenceOutput,
    String coordinatesOutput,
    List<String> labels) {
  /** Copies the list. */
  public DetectionFilter {
    labels = List.copyOf(labels);
  }
}
