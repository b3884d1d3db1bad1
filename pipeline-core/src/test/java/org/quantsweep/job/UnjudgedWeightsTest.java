package org.quantsweep.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.encode.CalibratedOptions;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.search.Candidate;
import org.quantsweep.search.LeftOut;
import org.quantsweep.search.Objective;
import org.quantsweep.search.PlanSizing;
import org.quantsweep.testing.SharedData;
import org.quantsweep.testing.TinySweep;

/** A sweep that judges one function of a package leaves what only others take as it is. */
class UnjudgedWeightsTest {
  private static final String ALONE = "digits/n_l12_w_to_fp16";

  private static SweptModel swept(List<String> functions) {
    ModelFiles given = ModelReader.files(SharedData.path("models/MultiFunctionMnist.mlpackage"));
    SweepSettings settings =
        SweepSettings.builder("multi", List.of("all"), TinySweep.preparation(), "out")
            .functions(functions)
            .uniform()
            .schemes(List.of("lut:2", "lut:4"))
            .build();
    return SweptModel.of(settings, given, ModelReader.read(given, "multi.mlpackage"));
  }

  private static UniformFamily family(SweptModel model, List<String> functions) {
    SweepSettings settings =
        SweepSettings.builder("multi", List.of("all"), TinySweep.preparation(), "out")
            .functions(functions)
            .uniform()
            .schemes(List.of("lut:2", "lut:4"))
            .build();
    ModelEncoder encoder = model.encoder(CalibratedOptions.NONE);
    return model.family(settings, encoder, PlanSizing.of(Objective.SIZE, encoder));
  }

  @Test
  void whatNoJudgedFunctionTakesStaysAsGiven() {
    List<String> judged = List.of("features");
    SweptModel model = swept(judged);
    assertThat(model.identities()).isNotEmpty().doesNotContain(ALONE);
    UniformFamily family = family(model, judged);
    assertThat(LeftOut.lines(family.leftOut()))
        .containsExactly(
            "weight tensor '"
                + ALONE
                + "' is not stored as lut:2, lut:4: no function that is judged takes it");
    List<Candidate> candidates = new ArrayList<>(family.candidates());
    assertThat(candidates).hasSize(2);
    for (Candidate candidate : candidates) {
      CoreMLModel made = ModelReader.read(family.encode(candidate), "made.mlpackage");
      Set<String> changed = new TreeSet<>();
      for (WeightTensor tensor : model.read().weightTensors()) {
        WeightTensor other =
            made.weightTensors().stream()
                .filter(own -> own.identity().equals(tensor.identity()))
                .findFirst()
                .orElseThrow();
        if (!other.values().equals(tensor.values())) {
          changed.add(tensor.identity());
        }
      }
      assertThat(changed).isEqualTo(model.identities());
    }
  }

  @Test
  void whereAllAreJudgedNothingIsLeftOut() {
    assertThat(swept(List.of()).identities()).contains(ALONE);
    assertThat(swept(List.of("digits", "features")).identities()).contains(ALONE);
    assertThat(family(swept(List.of()), List.of()).leftOut()).isEmpty();
  }
}
