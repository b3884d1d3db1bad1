package org.quantsweep.coreml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quantsweep.coreml.ConvolutionGeometry.Direction;

/**
 * Windows of one axis. Expected values come from counting the places that a kernel has, one by one.
 */
class ConvolutionGeometryTest {
  @ParameterizedTest
  @CsvSource({
    "7, 3, 1, 1, 0, 0",
    "7, 3, 2, 1, 1, 0",
    "8, 3, 3, 2, 2, 1",
    "5, 1, 4, 1, 0, 3",
    "9, 2, 2, 4, 1, 1"
  })
  void explicitPaddingLeavesAPlaceForEachWindowThatFits(
      int length, int kernel, int stride, int dilation, int start, int end) {
    ConvolutionPadding padding =
        new ConvolutionPadding.Explicit(List.of(new EdgeAmounts(start, end)));
    int places = 0;
    for (int first = -start; first + (kernel - 1) * dilation < length + end; first += stride) {
      places++;
    }
    assertThat(geometry(Direction.GATHERS, kernel, stride, dilation, padding).window(0, length))
        .isEqualTo(new Window(start, end, places));
  }

  @Test
  void samePaddingPutsTheOddElementWhereItsHeavySideIs() {
    // ceil(6 / 2) = 3 places of 3 taps need 7 elements.
    assertThat(same(Direction.GATHERS, 3, 2, HeavySide.END).window(0, 6))
        .isEqualTo(new Window(0, 1, 3));
    assertThat(same(Direction.GATHERS, 3, 2, HeavySide.START).window(0, 6))
        .isEqualTo(new Window(1, 0, 3));
  }

  @Test
  void aDeconvolutionOfSamePaddingMakesLengthTimesStride() {
    // 2 places of 3 taps at a distance of 2 make 5; 4 are wanted.
    assertThat(same(Direction.SPREADS, 3, 2, HeavySide.END).window(0, 2))
        .isEqualTo(new Window(0, 1, 4));
    assertThat(same(Direction.SPREADS, 3, 2, HeavySide.START).window(0, 2))
        .isEqualTo(new Window(1, 0, 4));
    // 2 places of 1 tap make 3: one is added at the end.
    assertThat(same(Direction.SPREADS, 1, 2, HeavySide.START).window(0, 2))
        .isEqualTo(new Window(0, -1, 4));
  }

  @Test
  void aDeconvolutionIsCutByItsAmountsOrToItsShape() {
    ConvolutionPadding given = new ConvolutionPadding.Explicit(List.of(new EdgeAmounts(1, 2)));
    assertThat(geometry(Direction.SPREADS, 3, 2, 1, given).window(0, 2))
        .isEqualTo(new Window(1, 2, 2));
    ConvolutionPadding shape = new ConvolutionPadding.OutputShape(List.of(2), HeavySide.END);
    assertThat(geometry(Direction.SPREADS, 3, 2, 1, shape).window(0, 2))
        .isEqualTo(new Window(1, 2, 2));
  }

  @Test
  void aKernelThatDoesNotFitIsRefused() {
    ConvolutionPadding none = new ConvolutionPadding.Explicit(List.of(new EdgeAmounts(0, 0)));
    assertThatThrownBy(() -> geometry(Direction.GATHERS, 3, 1, 2, none).window(0, 4))
        .isInstanceOf(UnfitWindowException.class)
        .hasMessage("a window of 5 and stride 1 does not fit an input of 4");
  }

  private static ConvolutionGeometry same(
      Direction direction, int kernel, int stride, HeavySide heavy) {
    return geometry(direction, kernel, stride, 1, new ConvolutionPadding.Same(heavy));
  }

  private static ConvolutionGeometry geometry(
      Direction direction, int kernel, int stride, int dilation, ConvolutionPadding padding) {
    return new ConvolutionGeometry(
        direction, 1, List.of(new ConvolutionGeometry.Axis(kernel, stride, dilation)), padding);
  }
}
