package org.quantsweep.coreml.mlprogram;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.quantsweep.coreml.LinearUse;
import org.quantsweep.quantize.WeightAxes;
import org.quantsweep.tensor.Shape;

class ProductAxesTest {
  /** Output channels are W's alone; coremltools takes axis 0, where scales would be of inputs. */
  @ParameterizedTest
  @CsvSource({
    "nchw,nwhu->nchu, 1, 3, 1",
    "nchw,nwhu->nchu, 0, 1, 3",
    "chw,whr->chr, 1, 2, 0",
    "chw,whr->chr, 0, 0, 2",
    "bqd,dhk->bqhk, 1, 2, 0",
    "bqhk,hkd->bqd, 1, 2, 1",
    "bh,bh->bh, 1, 0, 1",
  })
  void channelsAreThoseOfTheOutput(String left, String right, int own, int output, int input) {
    assertThat(ProductAxes.ofEquation(left + "," + right, own).orElseThrow().channels())
        .isEqualTo(new WeightAxes(output, input, 1));
  }

  @Test
  void severalAxesAreRowsOrColumns() {
    assertThat(form("bqd,dhk->bqhk", Shape.of(6, 4, 2)))
        .isEqualTo(contraction(List.of(), List.of(1, 2), List.of(0), List.of(-1, -1, 0)));
    assertThat(form("bqhk,hkd->bqd", Shape.of(4, 2, 6)))
        .isEqualTo(contraction(List.of(), List.of(2), List.of(0, 1), List.of(-1, -1, 0, 1)));
    // An axis of length 1 that both have serves every place of the input.
    assertThat(form("nchw, nwhu -> nchu", Shape.of(1, 4, 3, 5)))
        .isEqualTo(contraction(List.of(2), List.of(3), List.of(1), List.of(-1, -1, 2, 1)));
    assertThat(ProductAxes.ofMatrices(4, false, true, true).form(Shape.of(2, 1, 5, 6)))
        .hasValue(contraction(List.of(0), List.of(2), List.of(3), List.of(0, -1, 3, -1)));
  }

  /** Diagonals, sums of one operand alone, other numbers of operands, what is no equation. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "bii,ik->bk",
        "bi,ikk->bk",
        "bij,ik->bk",
        "bi,ikl->bk",
        "bi,ik->bkk",
        "bi,ik->bz",
        "bi,ik,kl->bl",
        "bi->b",
        "bi,ik",
        "...i,ik->...k",
        "",
      })
  void whatNoMatrixTellsIsNotFitted(String equation) {
    assertThat(ProductAxes.ofEquation(equation, 1)).isEmpty();
  }

  @Test
  void whatHasNoChannelsOfItsOwnIsNotFitted() {
    assertThat(ProductAxes.ofEquation("bhk,hk->bh", 1).orElseThrow().form(Shape.of(3, 4)))
        .isEmpty();
    assertThat(ProductAxes.ofEquation("bk,kn->bn", 1).orElseThrow().form(Shape.of(1, 12)))
        .isEmpty();
  }

  private static LinearUse.Form.Contraction form(String equation, Shape shape) {
    return ProductAxes.ofEquation(equation, 1).orElseThrow().form(shape).orElseThrow();
  }

  private static LinearUse.Form.Contraction contraction(
      List<Integer> groups, List<Integer> rows, List<Integer> columns, List<Integer> input) {
    return new LinearUse.Form.Contraction(groups, rows, columns, input);
  }
}
