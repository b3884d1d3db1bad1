package org.quantsweep.agreement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.UsageException;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.Prediction;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** A criterion that a plugin brings, under the names that people write. */
class PluginCriterionTest {
  @TempDir Path folder;

  /** Agrees when every output is the same; brought as a plugin's is. */
  public static final class Same implements CriterionProvider {
    @Override
    public String id() {
      return "same";
    }

    @Override
    public String version() {
      return "3";
    }

    @Override
    public Criterion create(String argument) {
      return new Criterion() {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean agrees(Prediction reference, Prediction candidate) {
          return reference.equals(candidate);
        }

        @Override
        public double difficulty(Prediction reference) {
          return reference.outputs().size();
        }

        @Override
        public List<String> compared(Prediction reference) {
          return List.copyOf(reference.outputs().keySet());
        }
      };
    }
  }

  /** Reads a criterion where the plugin's jar is loaded. */
  private Criterion parsed(String text) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try {
      Path services = Files.createDirectories(folder.resolve("META-INF/services"));
      Files.writeString(services.resolve(CriterionProvider.class.getName()), Same.class.getName());
      try (URLClassLoader plugins =
          new URLClassLoader(new URL[] {folder.toUri().toURL()}, before)) {
        thread.setContextClassLoader(plugins);
        return Criteria.parse(text);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static Prediction answer(float heatmap, float offsets) {
    return new Prediction(
        new TreeMap<>(Map.of("heatmap", number(heatmap), "offsets", number(offsets))));
  }

  private static OutputValue number(float value) {
    return new OutputValue.Array(Tensor.wrap(Shape.of(1), new float[] {value}));
  }

  @Test
  void allOutputsAreComparedUnlessOneIsNamed() {
    Criterion all = parsed("same:1");
    assertThat(all.agrees(answer(1, 2), answer(1, 2))).isTrue();
    assertThat(all.agrees(answer(1, 2), answer(1, 3))).isFalse();
    assertThat(all.compared(answer(1, 2))).containsExactly("heatmap", "offsets");
    assertThat(all).hasToString("same:1 (plugin version 3)");
  }

  @Test
  void theNamedOutputAloneIsCompared() {
    Criterion one = parsed("same:1@heatmap");
    assertThat(one.agrees(answer(1, 2), answer(1, 3))).isTrue();
    assertThat(one.agrees(answer(1, 2), answer(1, Float.NaN))).isTrue();
    assertThat(one.agrees(answer(1, 2), answer(4, 2))).isFalse();
    assertThat(one.agrees(answer(1, 2), answer(Float.NaN, 2))).isFalse();
    assertThat(one.loss(answer(1, 2), answer(1, 3))).isZero();
    assertThat(one.difficulty(answer(1, 2))).isEqualTo(1);
    assertThat(one.compared(answer(1, 2))).containsExactly("heatmap");
    assertThat(one).hasToString("same:1@heatmap (plugin version 3)");
  }

  @Test
  void anOutputThatIsNotThereIsToldAndNeverAgrees() {
    Criterion other = parsed("same@mask");
    assertThat(other.agrees(answer(1, 2), answer(1, 2))).isFalse();
    assertThat(other.loss(answer(1, 2), answer(1, 2))).isEqualTo(Criterion.WORST_LOSS);
    assertThatThrownBy(() -> Criteria.requireFit(other, answer(1, 2)))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "criterion (same@mask (plugin version 3)) fits none of the model's outputs (heatmap,"
                + " offsets).\nMaybe write top-1 for a classifier, or psnr:30 for pictures and"
                + " arrays.");
  }
}
