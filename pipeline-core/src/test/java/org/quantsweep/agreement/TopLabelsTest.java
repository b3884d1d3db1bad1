package org.quantsweep.agreement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.Prediction;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

class TopLabelsTest {
  @Test
  void aStandInIsComparedLikeTheAnswer() {
    Random random = new Random(5);
    int agreeing = 0;
    for (String text : List.of("top-1", "top-k:2", "top-1@a")) {
      Criterion criterion = Criteria.parse(text);
      for (int round = 0; round < 200; round++) {
        Prediction reference = answer(random, 4);
        Prediction candidate = answer(random, round % 10 == 0 ? 5 : 4);
        Prediction standIn = criterion.topLabels(reference).orElseThrow().standIn();
        assertThat(criterion.agrees(standIn, candidate))
            .isEqualTo(criterion.agrees(reference, candidate));
        agreeing += criterion.agrees(standIn, candidate) ? 1 : 0;
      }
    }
    assertThat(agreeing).isBetween(60, 540);
  }

  @Test
  void theFirstOfEqualClassesCounts() {
    Criterion top = Criteria.parse("top-1");
    Prediction tie = array(1, 5, 5);
    assertThat(top.topLabels(tie).orElseThrow().classes()).containsExactly(1);
    assertThat(top.agrees(top.topLabels(tie).orElseThrow().standIn(), array(0, 7, 7))).isTrue();
  }

  @Test
  void otherCriteriaSeeWholeAnswers() {
    assertThat(Criteria.parse("psnr:30").topLabels(array(1, 2))).isEmpty();
  }

  @Test
  void aClassIsInItsOutput() {
    TopLabels.Form form = new TopLabels.Form(List.of("p"), List.of(Shape.of(4)));
    assertThatThrownBy(() -> new TopLabels(form, new int[] {4}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("top class (4) of output 'p' must be in its shape " + Shape.of(4) + ".");
    assertThatThrownBy(() -> new TopLabels(form, new int[] {1, 2}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("top classes (2) must be as many as outputs [p].");
  }

  private static Prediction array(float... values) {
    TreeMap<String, OutputValue> outputs = new TreeMap<>();
    outputs.put("a", new OutputValue.Array(Tensor.wrap(Shape.of(values.length), values)));
    return new Prediction(outputs);
  }

  private static Prediction answer(Random random, int classes) {
    TreeMap<String, OutputValue> outputs = new TreeMap<>();
    for (String name : List.of("a", "b")) {
      float[] values = new float[classes];
      for (int i = 0; i < classes; i++) {
        values[i] = random.nextInt(6);
      }
      outputs.put(name, new OutputValue.Array(Tensor.wrap(Shape.of(classes), values)));
    }
    return new Prediction(outputs);
  }
}
