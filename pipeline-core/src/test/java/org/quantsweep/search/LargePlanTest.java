package org.quantsweep.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Networks;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.encode.WeightSelection;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sweep.Sensitivity;
import org.quantsweep.sweep.TensorOption;

/** A real network of many weight tensors: its sizes come from the encoder, its losses are made. */
class LargePlanTest {
  private static final int LAYERS = 200;

  private final CoreMLModel model = Networks.read(Networks.innerProducts(LAYERS));
  private final ModelEncoder encoder = new ModelEncoder(model);
  private final PlanCatalog catalog = new PlanCatalog(encoder);
  private final Map<TensorOption, Sensitivity> measured = new HashMap<>();
  private final SearchSpace space = space();

  private SearchSpace space() {
    Random random = new Random(5);
    TreeMap<String, List<SearchSpace.SizedOption>> tensors = new TreeMap<>();
    long base = encoder.encodedSize(new QuantizationPlan(new TreeMap<>())).bytes();
    for (WeightTensor tensor : WeightSelection.DEFAULT.of(model)) {
      double scale = tensor.elementCount() * Math.exp(random.nextGaussian());
      List<SearchSpace.SizedOption> options = new ArrayList<>();
      for (int bits = 1; bits <= 8; bits++) {
        Scheme scheme = Scheme.parse("linear:" + bits + "@tensor");
        TensorOption option = new TensorOption(tensor.identity(), scheme);
        double loss = scale * Math.pow(4, -bits) * (0.8 + 0.4 * random.nextDouble());
        ByteSize alone =
            encoder.encodedSize(
                new QuantizationPlan(new TreeMap<>(Map.of(tensor.identity(), scheme))));
        options.add(new SearchSpace.SizedOption(scheme, alone.bytes() - base, loss));
        measured.put(option, new Sensitivity(loss, loss, 0, 100));
      }
      tensors.put(tensor.identity(), options);
    }
    return new SearchSpace(tensors);
  }

  private double loss(QuantizationPlan plan) {
    return PredictedLoss.of(plan, measured).orElseThrow();
  }

  @Test
  void alongTheLineSizesGrowAndLossesFall() {
    List<QuantizationPlan> line = Strategy.KNAPSACK.line(space, measured);
    assertThat(line).hasSizeGreaterThan(1000);
    long bytes = 0;
    double loss = Double.POSITIVE_INFINITY;
    for (int place = 0; place < line.size(); place += 97) {
      QuantizationPlan plan = line.get(place);
      assertThat(loss(plan)).isLessThan(loss);
      assertThat(catalog.bytes(plan)).isGreaterThan(bytes);
      loss = loss(plan);
      bytes = catalog.bytes(plan);
    }
  }

  /** No plan of a size loses less than the relaxed knapsack, which takes parts of options. */
  @Test
  void theLineIsNearTheBoundOfTheRelaxedKnapsack() {
    for (QuantizationPlan plan :
        Strategy.KNAPSACK.line(space, measured).stream().skip(2000).limit(3).toList()) {
      long own = 0;
      for (Map.Entry<String, Scheme> entry : plan.schemes().entrySet()) {
        own += option(entry.getKey(), entry.getValue()).bytes();
      }
      assertThat(loss(plan)).isBetween(relaxed(own) - 1e-9, 1.03 * relaxed(own));
    }
  }

  private SearchSpace.SizedOption option(String tensor, Scheme scheme) {
    return space.tensors().get(tensor).stream()
        .filter(own -> own.scheme().equals(scheme))
        .findFirst()
        .orElseThrow();
  }

  /** The largest of the Lagrangian bounds: for each price of a byte the best options. */
  private double relaxed(long bytes) {
    double best = 0;
    for (double price = 1e-7; price < 1e3; price *= 1.03) {
      double bound = -price * bytes;
      for (List<SearchSpace.SizedOption> options : space.tensors().values()) {
        double least = Double.POSITIVE_INFINITY;
        for (SearchSpace.SizedOption own : options) {
          least = Math.min(least, own.error() + price * own.bytes());
        }
        bound += least;
      }
      best = Math.max(best, bound);
    }
    return best;
  }

  @Test
  void neighboursHaveTheSizesOfTheirFiles() {
    Neighbours neighbours = new Neighbours(catalog, space, measured);
    List<QuantizationPlan> line = Strategy.KNAPSACK.line(space, measured);
    Candidate of = catalog.add(line.get(line.size() / 2));
    List<Candidate> found = neighbours.of(of, 12);
    assertThat(found).hasSize(12);
    for (Candidate candidate : found) {
      assertThat(catalog.encode(candidate).size()).isEqualTo(candidate.encodedSize());
    }
    assertThat(neighbours.within(of, of.encodedSize(), 12))
        .hasSize(12)
        .allSatisfy(own -> assertThat(own.encodedSize()).isLessThanOrEqualTo(of.encodedSize()));
  }
}
