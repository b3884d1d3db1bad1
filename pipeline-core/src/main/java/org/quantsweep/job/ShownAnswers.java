package org.quantsweep.job;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.quantsweep.agreement.Criterion;
import org.quantsweep.agreement.DenseScore;
import org.quantsweep.agreement.TopLabels;
import org.quantsweep.coreml.OutputDescription;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.Prediction;
import org.quantsweep.report.bundle.ShownSample;
import org.quantsweep.report.picture.DenseArray;
import org.quantsweep.report.picture.DenseDrawing;
import org.quantsweep.sample.ColorSpace;
import org.quantsweep.tensor.Tensor;

/** What of an answer a report shows: the likeliest classes, and dense outputs as pictures. */
final class ShownAnswers {
  /** Pixels along the longest side of a dense output. */
  static final int LONGEST_DENSE = 320;

  private static final int MOST_CLASSES = 5;

  private final Criterion criterion;
  private final Map<String, OutputDescription> outputs = new HashMap<>();
  private final boolean pictured;
  private final PictureRoom room;

  /**
   * For a model.
   *
   * @param pictured whether it gets pictures: then arrays may be planes of them
   */
  ShownAnswers(
      Criterion criterion, List<OutputDescription> outputs, boolean pictured, PictureRoom room) {
    this.criterion = criterion;
    outputs.forEach(output -> this.outputs.put(output.name(), output));
    this.pictured = pictured;
    this.room = room;
  }

  /** The classes that an answer finds likeliest. */
  List<ShownSample.ClassShare> top(Prediction answer) {
    for (OutputValue value : answer.outputs().values()) {
      if (value instanceof OutputValue.Probabilities probabilities) {
        return top(probabilities.values(), probabilities.labels());
      }
    }
    return criterion
        .topLabels(answer)
        .map(TopLabels::form)
        .flatMap(form -> DenseScore.numbers(answer.outputs().get(form.outputs().get(0))))
        .map(scores -> top(scores, List.of()))
        .orElse(List.of());
  }

  private static List<ShownSample.ClassShare> top(Tensor scores, List<String> labels) {
    List<Integer> best = new ArrayList<>();
    Comparator<Integer> likeliest =
        Comparator.comparingDouble((Integer place) -> -(double) scores.get(place))
            .thenComparing(Comparator.naturalOrder());
    for (int place = 0; place < scores.size(); place++) {
      if (!Float.isFinite(scores.get(place))) {
        continue;
      }
      best.add(place);
      best.sort(likeliest);
      if (best.size() > MOST_CLASSES) {
        best.remove(MOST_CLASSES);
      }
    }
    return best.stream()
        .map(
            place ->
                new ShownSample.ClassShare(
                    place < labels.size() ? labels.get(place) : Integer.toString(place),
                    scores.get(place)))
        .toList();
  }

  /** The outputs of an answer that are planes of a picture, by name. */
  Map<String, DenseDrawing> drawings(Prediction reference) {
    Map<String, DenseDrawing> drawings = new TreeMap<>();
    boolean classes = criterion.topLabels(reference).isPresent();
    reference
        .outputs()
        .forEach(
            (name, value) -> {
              Optional<DenseArray> array = dense(name, value);
              if (value instanceof OutputValue.Picture && array.isPresent()) {
                drawings.put(name, DenseDrawing.ofPictures(LONGEST_DENSE));
              } else if (pictured
                  && !classes
                  && value instanceof OutputValue.Array
                  && array.isPresent()) {
                drawings.put(name, DenseDrawing.of(array.get(), kind(array.get()), LONGEST_DENSE));
              }
            });
    return drawings;
  }

  private DenseDrawing.Kind kind(DenseArray array) {
    if (criterion.toString().startsWith("pixel-agreement")) {
      return DenseDrawing.Kind.MASK;
    }
    return array.channels() == 3 ? DenseDrawing.Kind.PICTURE : DenseDrawing.Kind.MAP;
  }

  private Optional<DenseArray> dense(String name, OutputValue value) {
    ColorSpace space =
        outputs.get(name) instanceof OutputDescription.Picture picture
            ? picture.colorSpace()
            : ColorSpace.RGB;
    return DenseScore.numbers(value)
        .flatMap(DenseArray::of)
        .map(array -> InputPicture.asRgb(array, space));
  }

  /** The reference's own dense outputs as pictures. */
  List<ShownSample.Dense> dense(Map<String, DenseDrawing> drawings, Prediction reference) {
    return dense(drawings, reference, reference, false);
  }

  /** Dense outputs as pictures, with what is different from the reference's. */
  List<ShownSample.Dense> dense(
      Map<String, DenseDrawing> drawings, Prediction reference, Prediction answer) {
    return dense(drawings, reference, answer, true);
  }

  private List<ShownSample.Dense> dense(
      Map<String, DenseDrawing> drawings, Prediction reference, Prediction answer, boolean other) {
    List<ShownSample.Dense> shown = new ArrayList<>();
    drawings.forEach(
        (name, drawing) -> {
          DenseArray expected = dense(name, reference.outputs().get(name)).orElseThrow();
          Optional<DenseArray> given =
              Optional.ofNullable(answer.outputs().get(name))
                  .flatMap(value -> dense(name, value))
                  .filter(expected::fits);
          boolean mask = drawing.kind() == DenseDrawing.Kind.MASK;
          OptionalDouble score =
              other && given.isPresent()
                  ? score(mask, reference.outputs().get(name), answer.outputs().get(name))
                  : OptionalDouble.empty();
          shown.add(
              new ShownSample.Dense(
                  name,
                  drawing.kind().toString(),
                  given.map(array -> picture(drawing, array)).orElse(null),
                  other
                      ? given.map(array -> difference(drawing, expected, array)).orElse(null)
                      : null,
                  mask ? "pixel-agreement" : "psnr",
                  score.isPresent() ? score.getAsDouble() : null));
        });
    return shown;
  }

  private static OptionalDouble score(boolean mask, OutputValue reference, OutputValue answer) {
    return mask ? DenseScore.pixelAgreement(reference, answer) : DenseScore.psnr(reference, answer);
  }

  private ShownSample.Picture picture(DenseDrawing drawing, DenseArray array) {
    return drawing.kind() == DenseDrawing.Kind.MASK
        ? room.drawing(drawing.output(array))
        : room.photograph(drawing.output(array));
  }

  private ShownSample.Picture difference(
      DenseDrawing drawing, DenseArray reference, DenseArray array) {
    return drawing.kind() == DenseDrawing.Kind.MASK
        ? room.drawing(drawing.difference(reference, array))
        : room.photograph(drawing.difference(reference, array));
  }
}
