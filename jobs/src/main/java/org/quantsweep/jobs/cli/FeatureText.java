package org.quantsweep.jobs.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.quantsweep.coreml.OutputDescription;
import org.quantsweep.sample.ColorSpace;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.sample.LengthRange;

/** Inputs and outputs of a model as sentences for people. */
final class FeatureText {
  private static final int MOST_INPUTS = 20;
  private static final int MOST_SHAPES = 8;

  private FeatureText() {}

  /** A sentence for each input; of very many the first ones, and how many follow. */
  static List<String> folded(List<InputDescription> inputs) {
    return folded(inputs, FeatureText::of);
  }

  /** As {@link #folded(List)}, with sentences of one's own. */
  static List<String> folded(
      List<InputDescription> inputs, Function<InputDescription, String> sentence) {
    List<String> lines = new ArrayList<>();
    inputs.stream().limit(MOST_INPUTS).map(sentence).forEach(lines::add);
    if (inputs.size() > MOST_INPUTS) {
      lines.add("and " + (inputs.size() - MOST_INPUTS) + " more inputs; --json has all of them");
    }
    return lines;
  }

  /** An input: its name, what it takes, and what else it allows. */
  static String of(InputDescription input) {
    String text = input.name() + ": ";
    List<String> others = new ArrayList<>();
    if (input instanceof InputDescription.Picture picture) {
      text += colors(picture.colorSpace()) + " picture of ";
      text += picture.width() + " x " + picture.height() + " pixels";
      String preferred = picture.width() + " x " + picture.height();
      picture.sizes().stream()
          .map(size -> range(size.width()) + " x " + range(size.height()))
          .filter(size -> !size.equals(preferred))
          .forEach(others::add);
    } else if (input instanceof InputDescription.Array array) {
      text += array.integer() ? "array of whole numbers" : "array of numbers";
      text += array.shape().rank() == 0 ? " of any shape" : ", shape " + array.shape();
      String preferred = array.shape().toString();
      array.shapes().stream()
          .map(shape -> shape.stream().map(FeatureText::range).toList().toString())
          .filter(shape -> !shape.equals(preferred))
          .forEach(others::add);
    }
    StringBuilder sentence = new StringBuilder(text);
    others.stream().limit(MOST_SHAPES).forEach(other -> sentence.append(", or ").append(other));
    if (others.size() > MOST_SHAPES) {
      sentence.append(", or ").append(others.size() - MOST_SHAPES).append(" others");
    }
    return sentence + (input.optional() ? "; optional" : "");
  }

  /** An output: its name, and what it answers. */
  static String of(OutputDescription output) {
    String text = output.name() + ": ";
    if (output instanceof OutputDescription.Picture picture) {
      String size =
          picture.width() == 0 || picture.height() == 0
              ? ""
              : " of " + picture.width() + " x " + picture.height() + " pixels";
      return text + colors(picture.colorSpace()) + " picture" + size;
    }
    if (output instanceof OutputDescription.ClassLabel label) {
      return text + "label of the class, " + (label.integer() ? "a whole number" : "text");
    }
    if (output instanceof OutputDescription.Probabilities probabilities) {
      return text + "probabilities of " + probabilities.labels().size() + " classes";
    }
    OutputDescription.Array array = (OutputDescription.Array) output;
    return text + "array" + (array.shape().rank() == 0 ? "" : " of shape " + array.shape());
  }

  private static String colors(ColorSpace space) {
    return switch (space) {
      case RGB, BGR -> space.name();
      case GRAYSCALE -> "grey";
      case GRAYSCALE_FLOAT16 -> "grey (float16)";
    };
  }

  private static String range(LengthRange range) {
    if (range.least() == range.most()) {
      return Long.toString(range.least());
    }
    return range.most() == LengthRange.UNBOUNDED
        ? range.least() + " or more"
        : range.least() + " to " + range.most();
  }
}
