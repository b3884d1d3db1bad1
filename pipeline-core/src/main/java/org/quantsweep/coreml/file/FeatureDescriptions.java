package org.quantsweep.coreml.file;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.coreml.Findings;
import org.quantsweep.coreml.OutputDescription;
import org.quantsweep.proto.coreml.ArrayFeatureType;
import org.quantsweep.proto.coreml.FeatureDescription;
import org.quantsweep.proto.coreml.ImageFeatureType;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.NeuralNetworkClassifier;
import org.quantsweep.proto.coreml.Pipeline;
import org.quantsweep.proto.coreml.SizeRange;
import org.quantsweep.sample.ColorSpace;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.sample.LengthRange;
import org.quantsweep.tensor.Shape;

/**
 * Translates a model's feature descriptions; what is absurd becomes a problem, not an exception.
 */
record FeatureDescriptions(List<InputDescription> inputs, List<OutputDescription> outputs) {
  /** What an input may have: 2 GiB of float32, which are made before a run. */
  static final long MOST_ELEMENTS = 1L << 29;

  private static final int LONGEST_SIDE = 1 << 20;

  static FeatureDescriptions of(Model model, Findings findings) {
    return of(
        model.getDescription().getInputList(),
        model.getDescription().getOutputList(),
        classLabels(model),
        findings);
  }

  /**
   * Of one function.
   *
   * @param labels a classifier's classes in order
   */
  static FeatureDescriptions of(
      List<FeatureDescription> inputFeatures,
      List<FeatureDescription> outputFeatures,
      List<String> labels,
      Findings findings) {
    List<InputDescription> inputs = new ArrayList<>();
    for (FeatureDescription feature : inputFeatures) {
      InputDescription input = input(feature, findings);
      if (input != null) {
        inputs.add(input);
      }
    }
    List<OutputDescription> outputs = new ArrayList<>();
    for (FeatureDescription feature : outputFeatures) {
      OutputDescription output = output(feature, labels, findings);
      if (output != null) {
        outputs.add(output);
      }
    }
    return new FeatureDescriptions(inputs, outputs);
  }

  /** The model's classes in order, int64 ones in decimal; of a pipeline, its last stage's. */
  static List<String> classLabels(Model model) {
    return switch (model.getTypeCase()) {
      case NEURALNETWORKCLASSIFIER -> classLabels(model.getNeuralNetworkClassifier());
      case PIPELINECLASSIFIER -> classLabels(model.getPipelineClassifier().getPipeline());
      case PIPELINE -> classLabels(model.getPipeline());
      default -> List.of();
    };
  }

  private static List<String> classLabels(NeuralNetworkClassifier classifier) {
    if (classifier.hasInt64ClassLabels()) {
      return classifier.getInt64ClassLabels().getVectorList().stream()
          .map(String::valueOf)
          .toList();
    }
    return List.copyOf(classifier.getStringClassLabels().getVectorList());
  }

  private static List<String> classLabels(Pipeline pipeline) {
    for (int i = pipeline.getModelsCount() - 1; i >= 0; i--) {
      List<String> labels = classLabels(pipeline.getModels(i));
      if (!labels.isEmpty()) {
        return labels;
      }
    }
    return List.of();
  }

  private static InputDescription input(FeatureDescription feature, Findings findings) {
    boolean optional = feature.getType().getIsOptional();
    return switch (feature.getType().getTypeCase()) {
      case IMAGETYPE -> picture(feature, optional, findings);
      case MULTIARRAYTYPE -> array(feature, optional, findings);
      default -> null;
    };
  }

  private static InputDescription picture(
      FeatureDescription feature, boolean optional, Findings findings) {
    ImageFeatureType image = feature.getType().getImageType();
    String where = "input '" + feature.getName() + "'";
    ColorSpace space = colorSpace(image.getColorSpace());
    if (space == null) {
      findings.problem(where + " is a picture without a colour space.");
      return null;
    }
    List<InputDescription.PictureSizes> sizes = new ArrayList<>();
    if (image.hasEnumeratedSizes()) {
      for (ImageFeatureType.ImageSize size : image.getEnumeratedSizes().getSizesList()) {
        LengthRange width = range(size.getWidth(), size.getWidth(), where, findings);
        LengthRange height = range(size.getHeight(), size.getHeight(), where, findings);
        if (width != null && height != null) {
          sizes.add(new InputDescription.PictureSizes(width, height));
        }
      }
    } else if (image.hasImageSizeRange()) {
      LengthRange width = range(image.getImageSizeRange().getWidthRange(), where, findings);
      LengthRange height = range(image.getImageSizeRange().getHeightRange(), where, findings);
      if (width != null && height != null) {
        sizes.add(new InputDescription.PictureSizes(width, height));
      }
    }
    if (!isSide(image.getWidth()) || !isSide(image.getHeight())) {
      findings.problem(
          where
              + " is a picture of "
              + image.getWidth()
              + " x "
              + image.getHeight()
              + " pixels: both sides must be in [1, "
              + LONGEST_SIDE
              + "].");
      return null;
    }
    if (3 * image.getWidth() * image.getHeight() > MOST_ELEMENTS) {
      findings.problem(
          where
              + " is a picture of "
              + image.getWidth()
              + " x "
              + image.getHeight()
              + " pixels, more than "
              + MOST_ELEMENTS
              + " numbers.");
      return null;
    }
    return new InputDescription.Picture(
        feature.getName(), optional, space, (int) image.getWidth(), (int) image.getHeight(), sizes);
  }

  private static InputDescription array(
      FeatureDescription feature, boolean optional, Findings findings) {
    ArrayFeatureType array = feature.getType().getMultiArrayType();
    String where = "input '" + feature.getName() + "'";
    Shape shape = shape(array.getShapeList(), where, findings);
    if (shape != null && !isBounded(shape)) {
      findings.problem(
          where + " has shape " + shape + ", more than " + MOST_ELEMENTS + " elements.");
      return null;
    }
    List<List<LengthRange>> shapes = new ArrayList<>();
    if (array.hasEnumeratedShapes()) {
      for (ArrayFeatureType.Shape allowed : array.getEnumeratedShapes().getShapesList()) {
        List<LengthRange> ranges = new ArrayList<>();
        for (long length : allowed.getShapeList()) {
          ranges.add(range(length, length, where, findings));
        }
        if (!ranges.contains(null)) {
          shapes.add(ranges);
        }
      }
    } else if (array.hasShapeRange()) {
      List<LengthRange> ranges = new ArrayList<>();
      for (SizeRange allowed : array.getShapeRange().getSizeRangesList()) {
        ranges.add(range(allowed, where, findings));
      }
      if (!ranges.contains(null)) {
        shapes.add(ranges);
      }
    }
    boolean integer =
        array.getDataType() == ArrayFeatureType.ArrayDataType.INT32
            || array.getDataType() == ArrayFeatureType.ArrayDataType.INT8;
    return shape == null
        ? null
        : new InputDescription.Array(feature.getName(), optional, shape, shapes, integer);
  }

  private static OutputDescription output(
      FeatureDescription feature, List<String> labels, Findings findings) {
    String name = feature.getName();
    return switch (feature.getType().getTypeCase()) {
      case INT64TYPE -> new OutputDescription.ClassLabel(name, true);
      case STRINGTYPE -> new OutputDescription.ClassLabel(name, false);
      case DICTIONARYTYPE ->
          new OutputDescription.Probabilities(
              name, labels, feature.getType().getDictionaryType().hasInt64KeyType());
      case DOUBLETYPE -> new OutputDescription.Array(name, Shape.of());
      case IMAGETYPE -> {
        ImageFeatureType image = feature.getType().getImageType();
        ColorSpace space = colorSpace(image.getColorSpace());
        if (space == null) {
          findings.problem("output '" + name + "' is a picture without a colour space.");
          yield null;
        }
        yield new OutputDescription.Picture(
            name, space, clampedSide(image.getWidth()), clampedSide(image.getHeight()));
      }
      case MULTIARRAYTYPE -> {
        Shape shape =
            shape(
                feature.getType().getMultiArrayType().getShapeList(),
                "output '" + name + "'",
                findings);
        yield shape == null ? null : new OutputDescription.Array(name, shape);
      }
      default -> null;
    };
  }

  /** Whether memory may be asked for all elements of a shape. */
  static boolean isBounded(Shape shape) {
    long elements = 1;
    for (int length : shape.lengths()) {
      elements = Math.min(MOST_ELEMENTS + 1, elements * length);
    }
    return elements <= MOST_ELEMENTS;
  }

  private static boolean isSide(long length) {
    return length >= 1 && length <= LONGEST_SIDE;
  }

  private static int clampedSide(long length) {
    return isSide(length) ? (int) length : 0;
  }

  private static ColorSpace colorSpace(ImageFeatureType.ColorSpace space) {
    return switch (space) {
      case RGB -> ColorSpace.RGB;
      case BGR -> ColorSpace.BGR;
      case GRAYSCALE -> ColorSpace.GRAYSCALE;
      case GRAYSCALE_FLOAT16 -> ColorSpace.GRAYSCALE_FLOAT16;
      case INVALID_COLOR_SPACE, UNRECOGNIZED -> null;
    };
  }

  private static Shape shape(List<Long> lengths, String where, Findings findings) {
    for (long length : lengths) {
      if (length < 0 || length > Integer.MAX_VALUE) {
        findings.problem(
            where + " has shape " + lengths + ": every length must be in [0, 2147483647].");
        return null;
      }
    }
    return Shape.of(lengths);
  }

  private static LengthRange range(SizeRange range, String where, Findings findings) {
    return range(
        range.getLowerBound(),
        range.getUpperBound() < 0 ? LengthRange.UNBOUNDED : range.getUpperBound(),
        where,
        findings);
  }

  private static LengthRange range(long least, long most, String where, Findings findings) {
    if (least < 0 || most < least) {
      findings.problem(
          where
              + " allows lengths from "
              + Long.toUnsignedString(least)
              + " to "
              + most
              + ": such a range is empty.");
      return null;
    }
    return new LengthRange(least, most);
  }
}
