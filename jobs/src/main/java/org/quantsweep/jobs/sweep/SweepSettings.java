package org.quantsweep.jobs.sweep;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.agreement.Criterion;
import org.quantsweep.coreml.Rewrite;
import org.quantsweep.datasets.picture.PicturePreparation;
import org.quantsweep.encode.WeightSelection;

/**
 * Everything that a sweep is told.
 *
 * @param model the file as given
 * @param samples folders, {@code .npz} files or tables; at least one
 * @param schemes only these uniform schemes; empty for every scheme at every width and the file as
 *     given
 * @param selection which weight tensors are quantized
 * @param foldBatchNorm whether batch norms are folded into what stands before them
 * @param evaluateAll whether every candidate is judged on every sample
 * @param maxEvaluations the most candidates that are judged
 * @param quarantineLimit the largest share of samples that may be unreadable, in [0, 1]
 * @param evaluations the table of evaluations; empty for one in the output folder
 * @param splits which samples calibrate, select and confirm
 * @param confirmation when a choice is confirmed
 * @param perTensor how one option per weight tensor is searched for; empty for the uniform family
 *     alone
 * @param timeBudget how long the search may go on; empty for no limit
 * @param output folder of the result
 */
public record SweepSettings(
    String model,
    List<String> samples,
    Criterion criterion,
    AgreementThreshold threshold,
    List<String> schemes,
    WeightSelection selection,
    boolean foldBatchNorm,
    boolean evaluateAll,
    int maxEvaluations,
    double quarantineLimit,
    PicturePreparation preparation,
    String evaluations,
    SplitSettings splits,
    ConfirmationSettings confirmation,
    Optional<PerTensorSettings> perTensor,
    Optional<Duration> timeBudget,
    String output) {
  /** Copies the lists. */
  public SweepSettings {
    samples = List.copyOf(samples);
    schemes = List.copyOf(schemes);
  }

  /** What is done to the model before uniform candidates are made of it. */
  List<Rewrite> rewrites() {
    return foldBatchNorm ? List.of(Rewrite.FOLD_BATCH_NORM) : List.of();
  }

  /** What is done to the model before plans are made of it. */
  List<Rewrite> planRewrites() {
    List<Rewrite> rewrites = new ArrayList<>(rewrites());
    if (perTensor.map(PerTensorSettings::addBiases).orElse(false)) {
      rewrites.add(Rewrite.ADD_BIASES);
    }
    return rewrites;
  }

  /** Their names, in order. */
  static List<String> names(List<Rewrite> rewrites) {
    return rewrites.stream().map(Rewrite::toString).toList();
  }
}
