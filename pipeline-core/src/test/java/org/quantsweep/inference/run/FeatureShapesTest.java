package org.quantsweep.inference.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.quantsweep.sample.ColorSpace;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.sample.LengthRange;
import org.quantsweep.tensor.Shape;

/** Which shapes a model is tried on; expected by hand. */
class FeatureShapesTest {
  private static List<Shape> tried(String name, InputDescription... inputs) {
    return FeatureShapes.tried(List.of(inputs)).stream().map(shapes -> shapes.get(name)).toList();
  }

  private static InputDescription array(String name, Shape shape, List<List<LengthRange>> shapes) {
    return new InputDescription.Array(name, false, shape, shapes, false);
  }

  @Test
  void aFixedShapeIsTriedAlone() {
    assertThat(FeatureShapes.tried(List.of(array("x", Shape.of(1, 4), List.of()))))
        .containsExactly(Map.of("x", Shape.of(1, 4)));
  }

  @Test
  void aShapeThatIsLeftOpenIsNotTried() {
    assertThat(FeatureShapes.tried(List.of(array("x", Shape.of(), List.of())))).isEmpty();
  }

  @Test
  void enumeratedShapesAreTriedInOrder() {
    assertThat(
            tried(
                "x",
                array(
                    "x",
                    Shape.of(1, 2),
                    List.of(
                        List.of(LengthRange.exactly(1), LengthRange.exactly(6)),
                        List.of(LengthRange.exactly(1), LengthRange.exactly(4))))))
        .containsExactly(Shape.of(1, 2), Shape.of(1, 6), Shape.of(1, 4));
  }

  @Test
  void aShortRangeIsTriedInFullAndALongOneAtItsEndsAndPowersOfTwo() {
    assertThat(tried("x", array("x", Shape.of(2), List.of(List.of(new LengthRange(1, 4))))))
        .containsExactly(Shape.of(2), Shape.of(1), Shape.of(3), Shape.of(4));
    assertThat(tried("x", array("x", Shape.of(9), List.of(List.of(new LengthRange(3, 100))))))
        .containsExactly(
            Shape.of(9),
            Shape.of(3),
            Shape.of(4),
            Shape.of(8),
            Shape.of(16),
            Shape.of(32),
            Shape.of(64),
            Shape.of(100));
    assertThat(
            tried(
                "x",
                array(
                    "x", Shape.of(1), List.of(List.of(new LengthRange(0, LengthRange.UNBOUNDED))))))
        .endsWith(Shape.of(2048), Shape.of(4096));
  }

  @Test
  void severalInputsAreTriedTogether() {
    List<List<LengthRange>> lengths =
        List.of(List.of(LengthRange.exactly(2)), List.of(LengthRange.exactly(3)));
    InputDescription[] inputs = {
      array("x", Shape.of(1), lengths),
      new InputDescription.Picture(
          "y",
          false,
          ColorSpace.RGB,
          8,
          8,
          List.of(
              new InputDescription.PictureSizes(LengthRange.exactly(16), LengthRange.exactly(32))))
    };

    assertThat(FeatureShapes.tried(List.of(inputs)))
        .containsExactly(
            Map.of("x", Shape.of(1), "y", Shape.of(3, 8, 8)),
            Map.of("x", Shape.of(2), "y", Shape.of(3, 32, 16)),
            Map.of("x", Shape.of(3), "y", Shape.of(3, 32, 16)));
  }
}
