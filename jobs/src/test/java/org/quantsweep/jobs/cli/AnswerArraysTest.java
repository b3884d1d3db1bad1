package org.quantsweep.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.quantsweep.coreml.OutputDescription;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.Prediction;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** The types of the arrays that predict writes. */
class AnswerArraysTest {
  @Test
  void keysHaveTheTypeOfTheLabels() throws IOException {
    assertThat(types(true))
        .containsEntry("p.keys.npy", "'<i8'")
        .containsEntry("p.values.npy", "'<f4'")
        .containsEntry("label.npy", "'<i8'");
    assertThat(types(false))
        .containsEntry("p.keys.npy", "'<U2'")
        .containsEntry("p.values.npy", "'<f4'")
        .containsEntry("label.npy", "'<U2'");
  }

  private static Map<String, String> types(boolean integer) throws IOException {
    List<String> labels = List.of("7", "-1");
    Tensor values = Tensor.wrap(Shape.of(2), new float[] {0.25f, 0.75f});
    Map<String, OutputValue> answer =
        Map.of(
            "p", new OutputValue.Probabilities(labels, values),
            "label", new OutputValue.ClassLabel("-1", integer));
    List<OutputDescription> outputs =
        List.of(
            new OutputDescription.Probabilities("p", labels, integer),
            new OutputDescription.ClassLabel("label", integer));
    byte[] npz = AnswerArrays.npz(outputs, List.of(new Prediction(new TreeMap<>(answer))));
    Map<String, String> types = new TreeMap<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(npz))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        String header = new String(zip.readAllBytes(), StandardCharsets.ISO_8859_1);
        types.put(entry.getName(), header.replaceAll("(?s).*'descr': ('[^']*').*", "$1"));
      }
    }
    return types;
  }
}
