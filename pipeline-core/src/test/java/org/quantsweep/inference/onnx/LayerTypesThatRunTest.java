package org.quantsweep.inference.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.quantsweep.coreml.Layer;
import org.quantsweep.coreml.neuralnetwork.EveryLayerType;

/**
 * Holds two tables together: how layer types run, and what the format says of them. A type that
 * gets a lowering leaves this list; one whose name is misspelt in a table comes onto it.
 */
class LayerTypesThatRunTest {
  @Test
  void allTypesOfTheFormatButTheseRun() {
    Set<String> types = new HashSet<>();
    for (Layer layer : EveryLayerType.model().layers()) {
      types.add(layer.type());
    }

    Set<String> refused = EveryLayerType.refusedTypes();

    assertThat(types).hasSize(158).containsAll(refused);
    assertThat(refused)
        .containsExactlyInAnyOrder(
            "NonMaximumSuppression",
            "branch",
            "broadcastToDynamic",
            "categoricalDistribution",
            "cropResize",
            "custom",
            "fillDynamic",
            "loop",
            "loopBreak",
            "loopContinue",
            "randomBernoulliDynamic",
            "randomBernoulliLike",
            "randomBernoulliStatic",
            "randomNormalDynamic",
            "randomNormalLike",
            "randomNormalStatic",
            "randomUniformDynamic",
            "randomUniformLike",
            "randomUniformStatic",
            "rangeDynamic",
            "rangeStatic",
            "reshapeDynamic",
            "reverseSeq",
            "scatter",
            "scatterAlongAxis",
            "scatterND",
            "sliceBySize",
            "sliceDynamic",
            "whereNonZero");
  }
}
