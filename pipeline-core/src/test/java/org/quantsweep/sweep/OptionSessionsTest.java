package org.quantsweep.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.quantsweep.agreement.Criteria;
import org.quantsweep.calibration.CalibrationSettings;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.NetworkPart;
import org.quantsweep.inference.Prediction;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.TappedPredictor;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.TinySweep;

class OptionSessionsTest {
  private static final CoreMLModel MODEL = ModelReader.read(TinySweep.model(1), "tiny");

  /** Opens some parts and then no more. */
  private static final class Exhausted implements InferenceEngine {
    private static final long serialVersionUID = 1L;

    private final int most;
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();

    Exhausted(int most) {
      this.most = most;
    }

    @Override
    public NetworkPart openPart(CoreMLModel model, int from, int to, Map<String, Tensor> values) {
      if (opened.get() == most) {
        throw new IllegalStateException("no memory is left.");
      }
      opened.incrementAndGet();
      return new NetworkPart() {
        @Override
        public Map<String, Tensor> run(Map<String, Tensor> blobs) {
          throw new IllegalStateException("nothing runs here.");
        }

        @Override
        public List<Prediction> predictCalls(List<Map<String, Tensor>> calls) {
          throw new IllegalStateException("nothing runs here.");
        }

        @Override
        public void close() {
          closed.incrementAndGet();
        }
      };
    }

    @Override
    public TappedPredictor openTapped(CoreMLModel model, SortedSet<Integer> boundaries) {
      throw new IllegalStateException("no memory is left.");
    }

    @Override
    public Predictor open(CoreMLModel model) {
      throw new IllegalStateException("nothing runs here.");
    }

    @Override
    public String identity() {
      return "exhausted";
    }
  }

  /** Native memory is not collected: what was opened before the failure must be closed by it. */
  @Test
  void whatIsOpenIsClosedWhenALaterPartCannotBeOpened() {
    for (int most : new int[] {0, 2, 8}) {
      Exhausted engine = new Exhausted(most);
      Map<TensorOption, OptionWeights> options = new TreeMap<>();
      for (int bits = 1; bits <= 4; bits++) {
        options.put(
            new TensorOption("one/weights", Scheme.parse("linear:" + bits)),
            new OptionWeights(new TreeMap<>()));
      }
      OptionEvaluator evaluator =
          new OptionEvaluator(
              SampleIndex.of(List.of()),
              MODEL,
              engine,
              Criteria.parse("top-1"),
              CalibrationSettings.DEFAULT);
      assertThatThrownBy(() -> evaluator.open(options)).hasMessage("no memory is left.");
      assertThat(engine.opened).hasValue(Math.min(most, 4));
      assertThat(engine.closed).hasValue(engine.opened.get());
    }
  }
}
