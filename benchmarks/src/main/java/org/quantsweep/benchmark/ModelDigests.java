package org.quantsweep.benchmark;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.quantsweep.UserException;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Rewrite;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.encode.WeightSelection;
import org.quantsweep.quantize.Scheme;

/**
 * Lists the digest and size of every model of a folder in every uniform scheme: as given and with
 * batch norms folded, without and with vectors. The lists of two versions are compared by diff.
 *
 * <pre>benchmarks/model_digests.sh FOLDER LIST</pre>
 */
final class ModelDigests {
  private final PrintWriter list;

  private ModelDigests(PrintWriter list) {
    this.list = list;
  }

  public static void main(String[] arguments) throws IOException {
    List<Path> models;
    try (var files = Files.list(Path.of(arguments[0]))) {
      models = files.filter(file -> file.toString().endsWith(".mlmodel")).sorted().toList();
    }
    try (PrintWriter list =
        new PrintWriter(Files.newBufferedWriter(Path.of(arguments[1]), StandardCharsets.UTF_8))) {
      ModelDigests digests = new ModelDigests(list);
      for (Path file : models) {
        CoreMLModel given = ModelReader.read(file);
        CoreMLModel folded = Rewrite.FOLD_BATCH_NORM.apply(given);
        digests.print(file.getFileName() + " as given", given);
        if (!folded.digest().equals(given.digest())) {
          digests.print(file.getFileName() + " folded", folded);
        }
      }
    }
  }

  private void print(String name, CoreMLModel model) {
    list.println(name + " " + model.digest());
    // One encoder, so that the tables of all widths are found once.
    ModelEncoder encoder = new ModelEncoder(model);
    for (boolean vectors : new boolean[] {false, true}) {
      List<String> tensors =
          new WeightSelection(List.of(), List.of(), 0, vectors)
              .of(model).stream().map(WeightTensor::identity).toList();
      for (Scheme scheme : model.format().uniformSchemes()) {
        String line = name + (vectors ? " with vectors " : " ") + scheme + " ";
        list.println(line + encoded(encoder, QuantizationPlan.uniform(scheme, tensors)));
        list.flush();
      }
    }
  }

  private static String encoded(ModelEncoder encoder, QuantizationPlan plan) {
    try {
      ModelFiles files = encoder.encode(plan);
      return files.digest() + " " + files.size().bytes();
    } catch (UserException e) {
      return "refused: " + e.getMessage().replace("\n", " | ");
    }
  }
}
