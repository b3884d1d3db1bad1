package org.quantsweep.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.quantsweep.coreml.Networks;
import org.quantsweep.coreml.WeightTensor;

class EarlierRecipeTest {
  /** Such recipes name the rewrite that gave every layer a bias, and no scheme that adds one. */
  @Test
  void aRecipeThatAddsBiasesToAllLayersIsStillApplied() {
    Recipe recipe =
        Recipe.parse(
            """
            model: abc
            rewrites: [add-biases]
            tensors: {ip/weights: linear:4}
            """
                .getBytes(StandardCharsets.UTF_8),
            "recipe.yaml");
    assertThat(recipe.rewritten(Networks.read(Networks.innerProduct())).weightTensors())
        .extracting(WeightTensor::identity)
        .containsExactly("ip/weights", "ip/bias");
  }

  @Test
  void anAddedBiasIsReadFromAPlanAndItsCodesAreAskedFor() {
    Recipe recipe =
        Recipe.parse(
            """
            model: abc
            tensors: {ip/weights: lut:5+bytewise+bias+calibrated}
            """
                .getBytes(StandardCharsets.UTF_8),
            "recipe.yaml");
    assertThat(recipe.fitted()).hasSize(1);
    assertThat(recipe.fitted().get(0).scheme()).hasToString("lut-kmeans:5+bias+calibrated");
    assertThat(Recipe.parse(recipe.toYaml().getBytes(StandardCharsets.UTF_8), "again"))
        .isEqualTo(recipe);
  }
}
