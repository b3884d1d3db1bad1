package org.quantsweep.job;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.agreement.Criterion;
import org.quantsweep.artifact.DownloadSize;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.OutputDescription;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.inference.Prediction;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.report.bundle.Bits;
import org.quantsweep.report.bundle.CandidateEvidence;
import org.quantsweep.report.bundle.EvidenceBundle;
import org.quantsweep.report.bundle.Explanations;
import org.quantsweep.report.bundle.NetworkEvidence;
import org.quantsweep.report.bundle.SampleEvidence;
import org.quantsweep.report.bundle.ShownSample;
import org.quantsweep.report.bundle.TensorEvidence;
import org.quantsweep.report.picture.DenseDrawing;
import org.quantsweep.report.picture.PictureEncoder;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.SamplePreparation;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.sample.ShardId;
import org.quantsweep.sample.UnreadableSampleException;
import org.quantsweep.sweep.Evidence;
import org.quantsweep.sweep.ReferenceEvidence;

/** What a report shows of two given models. */
public final class ComparisonEvidence {
  /** The samples' only part. */
  public static final String PART = "samples";

  private final Compared compared;
  private final Judged judged;
  private final ReportSettings settings;
  private final PictureRoom room;

  /**
   * Two models.
   *
   * @param reference model A
   * @param candidate model B
   * @param files of B
   * @param first runs A
   * @param second runs B, and answers under A's names
   */
  public record Compared(
      CoreMLModel reference,
      CoreMLModel candidate,
      ModelFiles files,
      Predictor first,
      Predictor second) {}

  /**
   * What was found.
   *
   * @param answers of A
   * @param found where B agrees
   */
  public record Judged(
      SampleSource source,
      SamplePreparation preparation,
      Criterion criterion,
      ReferenceEvidence answers,
      Evidence found) {}

  private ComparisonEvidence(
      Compared compared, Judged judged, ReportSettings settings, PictureEncoder encoder) {
    this.compared = compared;
    this.judged = judged;
    this.settings = settings;
    this.room = new PictureRoom(encoder, settings.pictures().bytes().bytes());
  }

  /**
   * All of it; a few samples are run once more.
   *
   * @param environment what ran the models
   */
  public static EvidenceBundle of(
      Compared compared,
      Judged judged,
      ReportSettings settings,
      PictureEncoder encoder,
      SortedMap<String, String> environment) {
    return new ComparisonEvidence(compared, judged, settings, encoder).bundle(environment);
  }

  private EvidenceBundle bundle(SortedMap<String, String> environment) {
    List<TensorEvidence> tensors = tensors();
    Set<String> known = new HashSet<>();
    tensors.forEach(own -> known.add(own.identity()));
    NetworkEvidence network = NetworkGraph.of(compared.reference(), known, Map.of());
    Map<Integer, Sample> shown = new LinkedHashMap<>();
    places().forEach(rank -> shown.put(rank, null));
    List<SampleSets.Described> described = read(shown);
    SampleIndex index = judged.source().index();
    TreeMap<String, SampleEvidence> parts = new TreeMap<>();
    parts.put(
        PART, SampleFacts.of(index, judged.answers(), compared.reference().outputs(), described));
    TreeMap<String, CandidateEvidence.Judged> found = new TreeMap<>();
    found.put(
        PART,
        new CandidateEvidence.Judged(
            Bits.of(judged.found().judged()), Bits.of(judged.found().agreed())));
    return new EvidenceBundle(
        EvidenceBundle.SCHEMA_VERSION,
        "",
        "",
        environment,
        network,
        tensors,
        parts,
        List.of(
            new CandidateEvidence(
                "B",
                null,
                "given",
                compared.files().digest().hex(),
                compared.files().size().bytes(),
                DownloadSize.of(compared.files()).bytes(),
                found)),
        List.of(),
        answered(shown),
        new Explanations(List.of(), List.of(), List.of()));
  }

  /** By identity, which is the layer's path and the field: other names match nothing. */
  private List<TensorEvidence> tensors() {
    Map<String, WeightTensor> others = new LinkedHashMap<>();
    compared.candidate().weightTensors().forEach(own -> others.put(own.identity(), own));
    List<TensorEvidence> all = new ArrayList<>();
    for (WeightTensor tensor : compared.reference().weightTensors()) {
      WeightTensor other = others.remove(tensor.identity());
      all.add(
          tensor(
              tensor,
              tensor.storedBytes().bytes(),
              other == null ? "not in B" : other.storage().toString(),
              other == null ? 0 : other.storedBytes().bytes()));
    }
    others
        .values()
        .forEach(own -> all.add(tensor(own, 0, "only in B: " + own.storage(), bytes(own))));
    return all;
  }

  private static long bytes(WeightTensor tensor) {
    return tensor.storedBytes().bytes();
  }

  private static TensorEvidence tensor(
      WeightTensor tensor, long given, String chosen, long bytesChosen) {
    List<Long> shape = new ArrayList<>();
    for (int length : tensor.shape().lengths()) {
      shape.add((long) length);
    }
    return new TensorEvidence(
        tensor.identity(),
        tensor.layer().path(),
        tensor.layer().type(),
        shape,
        given,
        chosen,
        bytesChosen,
        List.of(),
        null);
  }

  /** Ranks to show: two thirds that disagree, those first on which A is surest. */
  private List<Integer> places() {
    BitSet all = judged.found().judged();
    List<Integer> disagreeing = new ArrayList<>();
    List<Integer> agreeing = new ArrayList<>();
    for (int rank = all.nextSetBit(0); rank >= 0; rank = all.nextSetBit(rank + 1)) {
      (judged.found().isAgreed(rank) ? agreeing : disagreeing).add(rank);
    }
    Comparator<Integer> surest =
        Comparator.comparingDouble((Integer rank) -> -judged.answers().difficulty(rank))
            .thenComparing(Comparator.naturalOrder());
    disagreeing.sort(surest);
    agreeing.sort(surest);
    int most =
        Math.min(settings.samples(), isDense() ? ShownSamples.MOST_DENSE : Integer.MAX_VALUE);
    int first = Math.min(disagreeing.size(), Math.min(most, Math.max(1, 2 * most / 3)));
    List<Integer> places = new ArrayList<>(disagreeing.subList(0, first));
    int rest = Math.min(agreeing.size(), most - first);
    for (int i = 0; i < rest; i++) {
      places.add(agreeing.get((int) ((2L * i + 1) * agreeing.size() / (2L * rest))));
    }
    return places;
  }

  private boolean isDense() {
    Prediction example = Prediction.example(compared.reference().outputs());
    return compared.reference().outputs().stream()
            .anyMatch(OutputDescription.Picture.class::isInstance)
        || (InputPicture.isAmong(compared.reference().inputs())
            && judged.criterion().topLabels(example).isEmpty());
  }

  /**
   * Fills in the samples that are shown.
   *
   * @return paths and labels of the first ranks
   */
  private List<SampleSets.Described> read(Map<Integer, Sample> shown) {
    SampleIndex index = judged.source().index();
    List<SampleSets.Described> described = new ArrayList<>();
    for (int shard = 0; shard < index.shards(); shard++) {
      ShardId id = new ShardId(shard);
      boolean wanted =
          described.size() < EvidenceCollector.MOST_PATHS
              || shown.keySet().stream().anyMatch(rank -> index.shard(rank).equals(id));
      if (!wanted) {
        continue;
      }
      for (Sample sample : judged.source().read(id)) {
        if (described.size() < EvidenceCollector.MOST_PATHS) {
          described.add(new SampleSets.Described(sample.path(), sample.label()));
        }
        int rank = index.rank(sample.digest());
        if (shown.containsKey(rank)) {
          shown.put(rank, sample);
        }
      }
    }
    return described;
  }

  private List<ShownSample> answered(Map<Integer, Sample> shown) {
    ShownAnswers answers =
        new ShownAnswers(
            judged.criterion(),
            compared.reference().outputs(),
            InputPicture.isAmong(compared.reference().inputs()),
            room);
    boolean dense = isDense();
    List<ShownSample> all = new ArrayList<>();
    shown.forEach(
        (rank, sample) -> {
          if (sample != null) {
            try {
              all.add(answered(rank, sample, answers, dense));
            } catch (UnreadableSampleException | PredictionException e) {
              // It was answered before; what cannot be run again is left out.
            }
          }
        });
    return all;
  }

  private ShownSample answered(int rank, Sample sample, ShownAnswers answers, boolean dense)
      throws UnreadableSampleException, PredictionException {
    var calls = judged.preparation().prepareCalls(sample, compared.first().inputs());
    List<Prediction> expected = compared.first().predictCalls(List.copyOf(calls));
    Prediction last = expected.get(expected.size() - 1);
    var drawings = dense ? answers.drawings(last) : Map.<String, DenseDrawing>of();
    List<ShownSample.Answer> shown = new ArrayList<>();
    shown.add(
        new ShownSample.Answer(
            "reference",
            compared.reference().size().bytes(),
            true,
            answers.top(last),
            answers.dense(drawings, last, last)));
    boolean agrees = judged.found().isAgreed(rank);
    ShownSample.Answer other;
    try {
      List<Prediction> found = compared.second().predictCalls(List.copyOf(calls));
      Prediction end = found.get(found.size() - 1);
      other =
          new ShownSample.Answer(
              "chosen",
              compared.files().size().bytes(),
              agrees,
              answers.top(end),
              answers.dense(drawings, last, end));
    } catch (PredictionException e) {
      other =
          new ShownSample.Answer(
              "chosen", compared.files().size().bytes(), false, List.of(), List.of());
    }
    shown.add(other);
    double margin = judged.answers().difficulty(rank);
    return new ShownSample(
        PART,
        rank,
        sample.path(),
        sample.label(),
        agrees,
        SampleFacts.knowsMargins(judged.answers()) && Double.isFinite(margin) ? margin : null,
        InputPicture.of(
                compared.first().inputs(),
                calls.get(calls.size() - 1),
                dense ? ShownAnswers.LONGEST_DENSE : ShownSamples.LONGEST_THUMBNAIL)
            .map(room::photograph)
            .orElse(null),
        shown);
  }
}
