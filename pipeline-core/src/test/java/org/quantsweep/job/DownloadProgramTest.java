package org.quantsweep.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quantsweep.coreml.Programs.array;
import static org.quantsweep.coreml.Programs.blob;
import static org.quantsweep.coreml.Programs.constant;
import static org.quantsweep.coreml.Programs.floats;
import static org.quantsweep.coreml.Programs.function;
import static org.quantsweep.coreml.Programs.name;
import static org.quantsweep.coreml.Programs.operation;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.agreement.Criteria;
import org.quantsweep.artifact.DownloadSize;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.Programs;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.mil.DataType;
import org.quantsweep.proto.mil.ValueType;
import org.quantsweep.report.bundle.TensorEvidence;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SamplePreparation;
import org.quantsweep.search.Objective;
import org.quantsweep.search.SearchListener;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.TinySweep;

/** The smallest package to download, through the whole procedure. */
class DownloadProgramTest {
  /** Those of docs/download-size.md, for programs that may need iOS 18. */
  private static final List<String> ALSO_OFFERED = also();

  private static List<String> also() {
    List<String> schemes = new ArrayList<>();
    for (String plain :
        List.of(
            "uint4@tensor+bytewise",
            "uint5@tensor+bytewise",
            "uint6@tensor+bytewise",
            "uint7@tensor+bytewise",
            "uint8@tensor",
            "lut:3+bytewise",
            "lut:5+bytewise",
            "lut:6+bytewise",
            "lut:7+bytewise")) {
      schemes.add(plain);
      schemes.add(plain + "+calibrated");
    }
    return schemes;
  }

  /** x [1, 16] -> linear to 64 -> relu -> linear to 16 -> z, of drawn weights. */
  private static ModelFiles model() {
    Random random = new Random(4);
    ValueType hidden = array(DataType.FLOAT32, 1, 64);
    ValueType answer = array(DataType.FLOAT32, 1, 16);
    Model.Builder model =
        Programs.model(
            function(
                "CoreML7",
                constant("w", blob(array(DataType.FLOAT32, 64, 16), 64)),
                constant("b", floats(array(DataType.FLOAT32, 64), new float[64])),
                operation("linear", "y", hidden, "x", "weight", "w").putInputs("bias", name("b")),
                operation("relu", "r", hidden).putInputs("x", name("y")),
                constant("v", blob(array(DataType.FLOAT32, 16, 64), 64 + 64 + 4096)),
                constant("c", floats(array(DataType.FLOAT32, 16), new float[16])),
                operation("linear", "z", answer, "r", "weight", "v").putInputs("bias", name("c"))),
            1,
            16);
    return Programs.files(Programs.parts(model.build(), drawn(random), drawn(random)));
  }

  private static Programs.Blob drawn(Random random) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * 1024).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 1024; i++) {
      bytes.putFloat((float) random.nextGaussian());
    }
    return new Programs.Blob(2, bytes.array(), 0);
  }

  /** Sixteen numbers of the sample's own. */
  private record Drawn() implements SamplePreparation {
    @Override
    public SortedMap<String, Tensor> prepare(Sample sample, List<InputDescription> inputs) {
      Random random = new Random(sample.digest().hex().hashCode());
      float[] values = new float[16];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextGaussian();
      }
      return new TreeMap<>(Map.of("x", Tensor.wrap(Shape.of(1, 16), values)));
    }

    @Override
    public Sha256Digest digest() {
      return Sha256Digest.ofText("drawn");
    }
  }

  private static LocalSweep.Outcome run(Objective objective) {
    SweepSettings settings =
        SweepSettings.builder("tiny.mlpackage", List.of("all"), new Drawn(), "out")
            .criterion(Criteria.parse("snr:28"))
            .threshold(AgreementThreshold.parse("0.8"))
            .objective(objective)
            .splits(SplitSettings.DEFAULT.withSeed(5))
            .build();
    try (LocalSweep sweep =
        new LocalSweep(
            model(),
            Map.of(SampleSet.MAIN, TinySweep.samples("all", 60)),
            InferenceEngines.onnxRuntime(),
            2)) {
      return sweep.run(settings, SearchListener.SILENT);
    }
  }

  private static List<String> offered(LocalSweep.Outcome outcome, String tensor) {
    return outcome.evidence().orElseThrow().tensors().stream()
        .filter(own -> own.identity().equals(tensor))
        .flatMap(own -> own.options().stream())
        .map(TensorEvidence.Option::scheme)
        .toList();
  }

  @Test
  void wideCodesAreOfferedAndAPackageIsChosenByWhatIsDownloaded() {
    LocalSweep.Outcome download = run(Objective.DOWNLOAD);
    LocalSweep.Outcome size = run(Objective.SIZE);
    for (String tensor : List.of("w", "v")) {
      assertThat(offered(download, tensor)).containsAll(ALSO_OFFERED);
      assertThat(offered(size, tensor))
          .isNotEmpty()
          .noneMatch(scheme -> scheme.contains("+bytewise"))
          .doesNotContain("uint8@tensor+calibrated");
    }
    ModelFiles chosen = download.model().orElseThrow();
    assertThat(download.result().selected().downloadSize())
        .isEqualTo(DownloadSize.of(chosen).bytes());
    assertThat(download.result().selected().encodedSize()).isEqualTo(chosen.size().bytes());
    // Each objective is no worse than the other by its own bytes.
    assertThat(DownloadSize.of(chosen).bytes())
        .isLessThanOrEqualTo(DownloadSize.of(size.model().orElseThrow()).bytes());
  }
}
