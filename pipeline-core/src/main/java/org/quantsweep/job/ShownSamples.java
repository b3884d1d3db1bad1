package org.quantsweep.job;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.agreement.Criterion;
import org.quantsweep.agreement.DenseScore;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.OutputDescription;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.Prediction;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.report.bundle.ShownSample;
import org.quantsweep.report.picture.DenseDrawing;
import org.quantsweep.report.picture.PictureEncoder;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.UnreadableSampleException;
import org.quantsweep.search.Candidate;
import org.quantsweep.search.CandidateEvaluation;
import org.quantsweep.sweep.Evidence;
import org.quantsweep.sweep.ReferenceEvidence;
import org.quantsweep.tensor.Tensor;

/**
 * Runs a few samples once more for a report: the reference, the chosen model and the best uniform
 * one; of dense outputs also one candidate of each uniform width. What disagrees comes first, of
 * that where the reference is surest; what agrees is spread evenly over its margins.
 */
final class ShownSamples {
  /** Pixels along the longest side of a thumbnail beside classes. */
  static final int LONGEST_THUMBNAIL = 128;

  /** Samples of dense outputs: each has a picture of every model. */
  static final int MOST_DENSE = 6;

  /** Models on a sample, the reference among them. */
  static final int MOST_MODELS = 8;

  /** Samples that are in memory at once, prepared. */
  private static final int AT_ONCE = 24;

  /** What is stored of a sample that is shown. */
  private static final long MOST_CONTENT = 1L << 24;

  /** The numbers of all answers of the reference that are kept at once. */
  private static final long MOST_NUMBERS = 1L << 26;

  private final InferenceEngine engine;
  private final SweepSettings settings;
  private final SweptModel model;
  private final AnsweredSamples answered;
  private final CandidateFiles files;
  private final RememberedEvaluations evaluations;
  private final SampleSets sets;
  private final ShownAnswers answers;
  private final PictureRoom room;

  /** A sample of a part, and whether the chosen model agrees on it. */
  private record Place(SampleRole role, int rank, double margin, boolean agrees) {}

  /** A model that answers. */
  private record Shown(String name, long bytes, Optional<Candidate> candidate, ModelFiles files) {}

  /** A prepared sample with the answers so far. */
  private static final class Work {
    private final Place place;
    private final Sample sample;
    private final List<SortedMap<String, Tensor>> calls;
    private final List<ShownSample.Answer> answers = new ArrayList<>();
    private List<Prediction> reference = List.of();
    private Map<String, DenseDrawing> drawings = Map.of();
    private ShownSample.Picture input;

    private Work(Place place, Sample sample, List<SortedMap<String, Tensor>> calls) {
      this.place = place;
      this.sample = sample;
      this.calls = calls;
    }
  }

  ShownSamples(
      InferenceEngine engine,
      SweepSettings settings,
      SweptModel model,
      AnsweredSamples answered,
      CandidateFiles files,
      RememberedEvaluations evaluations,
      SampleSets sets,
      PictureEncoder encoder) {
    this.engine = engine;
    this.settings = settings;
    this.model = model;
    this.answered = answered;
    this.files = files;
    this.evaluations = evaluations;
    this.sets = sets;
    this.room = new PictureRoom(encoder, settings.report().pictures().bytes().bytes());
    this.answers =
        new ShownAnswers(
            settings.criterion(),
            model.read().outputs(),
            InputPicture.isAmong(model.read().inputs()),
            room);
  }

  /** Those that disagree first. */
  List<ShownSample> of(SweepFindings findings, Deliverables.Made made) {
    Optional<Candidate> chosen = findings.selection().candidate().or(() -> closest(findings));
    if (chosen.isEmpty() || settings.report().samples() == 0) {
      return List.of();
    }
    boolean dense = isDense();
    int most = settings.report().samples();
    List<Place> places = places(chosen.get(), dense ? Math.min(most, MOST_DENSE) : most);
    List<Shown> models = models(findings, made, chosen.get(), dense);
    List<ShownSample> shown = new ArrayList<>();
    for (int from = 0; from < places.size(); from += AT_ONCE) {
      shown.addAll(
          shown(places.subList(from, Math.min(places.size(), from + AT_ONCE)), models, dense));
    }
    return shown;
  }

  /** Where none is acceptable, what agrees most often of what it was judged on. */
  private static Optional<Candidate> closest(SweepFindings findings) {
    return findings.evaluations().values().stream()
        .filter(own -> own.verdict().isJudged() && own.counts().judged() > 0)
        .min(
            Comparator.comparingDouble((CandidateEvaluation own) -> -own.counts().share())
                .thenComparing(CandidateEvaluation::candidate))
        .map(CandidateEvaluation::candidate);
  }

  private boolean isDense() {
    Prediction example = Prediction.example(model.read().outputs());
    boolean picture =
        model.read().outputs().stream().anyMatch(OutputDescription.Picture.class::isInstance);
    boolean arrays =
        InputPicture.isAmong(model.read().inputs())
            && example.outputs().values().stream().allMatch(OutputValue.Array.class::isInstance);
    // Of an example of one number every criterion of classes has a class.
    return picture || (arrays && settings.criterion().topLabels(example).isEmpty());
  }

  private List<Place> places(Candidate chosen, int most) {
    List<Place> disagreeing = new ArrayList<>();
    List<Place> agreeing = new ArrayList<>();
    for (SampleRole role : List.of(SampleRole.CONFIRMATION, SampleRole.SELECTION)) {
      ReferenceEvidence reference = answered.answers(role);
      Evidence evidence = evidence(chosen, role);
      BitSet judged = evidence.judged();
      for (int rank = judged.nextSetBit(0); rank >= 0; rank = judged.nextSetBit(rank + 1)) {
        boolean agrees = evidence.isAgreed(rank);
        double margin = reference.isAnswered(rank) ? reference.difficulty(rank) : 0;
        (agrees ? agreeing : disagreeing).add(new Place(role, rank, margin, agrees));
      }
    }
    Comparator<Place> surest =
        Comparator.comparingDouble((Place own) -> -own.margin())
            .thenComparing(Comparator.comparing(Place::role).reversed())
            .thenComparingInt(Place::rank);
    disagreeing.sort(surest);
    agreeing.sort(surest);
    int first = Math.min(disagreeing.size(), Math.max(1, 2 * most / 3));
    List<Place> places = new ArrayList<>(disagreeing.subList(0, Math.min(first, most)));
    int rest = Math.min(agreeing.size(), most - places.size());
    for (int i = 0; i < rest; i++) {
      places.add(agreeing.get((int) ((2L * i + 1) * agreeing.size() / (2L * rest))));
    }
    return places;
  }

  private Evidence evidence(Candidate candidate, SampleRole role) {
    if (candidate instanceof Candidate.AsGiven) {
      BitSet all = answered.answers(role).answered();
      return Evidence.of(all, all);
    }
    SampleIndex index = answered.samples().part(role).index();
    return evaluations.of(index, files.digests().get(candidate));
  }

  private List<Shown> models(
      SweepFindings findings, Deliverables.Made made, Candidate chosen, boolean dense) {
    List<Shown> models = new ArrayList<>();
    models.add(
        new Shown("reference", model.given().size().bytes(), Optional.empty(), model.given()));
    boolean selected = findings.selection().candidate().isPresent();
    models.add(
        new Shown(
            selected ? "chosen" : name(chosen),
            chosen.encodedSize().bytes(),
            Optional.of(chosen),
            selected ? made.selected().orElseThrow() : files.encode(chosen)));
    TreeMap<Candidate, Boolean> uniform = new TreeMap<>();
    findings.bestUniform().ifPresent(own -> uniform.put(own.candidate(), true));
    if (dense) {
      widths(findings).forEach(own -> uniform.put(own, true));
    }
    uniform.remove(chosen);
    uniform.keySet().removeIf(Candidate.AsGiven.class::isInstance);
    for (Candidate candidate : uniform.keySet()) {
      if (models.size() < MOST_MODELS) {
        models.add(
            new Shown(
                name(candidate),
                candidate.encodedSize().bytes(),
                Optional.of(candidate),
                files.encode(candidate)));
      }
    }
    return models;
  }

  private String name(Candidate candidate) {
    String scheme = SweepResults.scheme(model.read().format(), candidate);
    return scheme == null ? candidate.name() : scheme;
  }

  /** Of each width that was judged, the candidate that agrees most often. */
  private Collection<Candidate> widths(SweepFindings findings) {
    Map<Integer, CandidateEvaluation> best = new TreeMap<>();
    for (CandidateEvaluation own : findings.uniform().evaluations()) {
      if (!own.verdict().isJudged() || own.counts().judged() == 0) {
        continue;
      }
      width(own.candidate())
          .ifPresent(
              width ->
                  best.merge(
                      width,
                      own,
                      (one, other) -> other.counts().share() > one.counts().share() ? other : one));
    }
    return best.values().stream().map(CandidateEvaluation::candidate).toList();
  }

  private static Optional<Integer> width(Candidate candidate) {
    if (!(candidate instanceof Candidate.Uniform uniform)) {
      return Optional.empty();
    }
    if (uniform.scheme() instanceof Scheme.Quantization codes) {
      return Optional.of(codes.bits().bits());
    }
    return uniform.scheme() instanceof Scheme.HalfPrecision
        ? Optional.of(Short.SIZE)
        : Optional.empty();
  }

  private List<ShownSample> shown(List<Place> places, List<Shown> models, boolean dense) {
    List<Work> works = answeredByReference(places, models.get(0), dense);
    for (Shown own : models.subList(1, models.size())) {
      try (Predictor predictor = open(own)) {
        for (Work work : works) {
          work.answers.add(answer(predictor, work, own));
        }
      }
    }
    return works.stream().map(this::shown).toList();
  }

  private Predictor open(Shown own) {
    return engine.open(ModelReader.read(own.files(), settings.model()));
  }

  private List<Work> answeredByReference(List<Place> places, Shown reference, boolean dense) {
    Map<Place, Sample> samples = read(places);
    List<Work> works = new ArrayList<>();
    long numbers = 0;
    try (Predictor predictor = open(reference)) {
      for (Place place : places) {
        Optional<Work> work =
            Optional.ofNullable(samples.get(place))
                .flatMap(sample -> prepared(place, sample, predictor));
        if (work.isEmpty()) {
          continue;
        }
        Work own = work.get();
        numbers += numbers(own.reference);
        if (numbers > MOST_NUMBERS && !works.isEmpty()) {
          return works;
        }
        Prediction last = own.reference.get(own.reference.size() - 1);
        own.drawings = dense ? answers.drawings(last) : Map.of();
        own.input = input(own, predictor, dense);
        own.answers.add(
            new ShownSample.Answer(
                reference.name(),
                reference.bytes(),
                true,
                answers.top(last),
                answers.dense(own.drawings, last)));
        works.add(own);
      }
    }
    return works;
  }

  private Map<Place, Sample> read(List<Place> places) {
    Map<SampleRole, List<Integer>> ranks = new LinkedHashMap<>();
    for (Place place : places) {
      ranks.computeIfAbsent(place.role(), role -> new ArrayList<>()).add(place.rank());
    }
    Map<SampleRole, Map<Integer, Sample>> read = new HashMap<>();
    ranks.forEach(
        (role, own) -> read.put(role, sets.read(answered.samples().part(role), own, MOST_CONTENT)));
    Map<Place, Sample> samples = new HashMap<>();
    for (Place place : places) {
      Optional.ofNullable(read.get(place.role()).get(place.rank()))
          .ifPresent(sample -> samples.put(place, sample));
    }
    return samples;
  }

  /** What can no longer be read or answered, though it was before, is left out. */
  private Optional<Work> prepared(Place place, Sample sample, Predictor predictor) {
    try {
      Work work =
          new Work(place, sample, settings.preparation().prepareCalls(sample, predictor.inputs()));
      work.reference = predictor.predictCalls(List.copyOf(work.calls));
      return Optional.of(work);
    } catch (UnreadableSampleException | PredictionException e) {
      return Optional.empty();
    }
  }

  private static long numbers(List<Prediction> predictions) {
    long numbers = 0;
    for (Prediction prediction : predictions) {
      for (OutputValue value : prediction.outputs().values()) {
        numbers += DenseScore.numbers(value).map(Tensor::size).orElse(0);
      }
    }
    return numbers;
  }

  private ShownSample.Picture input(Work work, Predictor predictor, boolean dense) {
    return InputPicture.of(
            predictor.inputs(),
            work.calls.get(work.calls.size() - 1),
            dense ? ShownAnswers.LONGEST_DENSE : LONGEST_THUMBNAIL)
        .map(room::photograph)
        .orElse(null);
  }

  /** An answer; one without classes and pictures where the model gives none. */
  private ShownSample.Answer answer(Predictor predictor, Work work, Shown own) {
    List<Prediction> found;
    try {
      found = predictor.predictCalls(List.copyOf(work.calls));
    } catch (PredictionException e) {
      return new ShownSample.Answer(own.name(), own.bytes(), false, List.of(), List.of());
    }
    Evidence known = evidence(own.candidate().orElseThrow(), work.place.role());
    int rank = work.place.rank();
    // What was judged counts, whatever another processor's last bits say here.
    boolean agrees = known.isJudged(rank) ? known.isAgreed(rank) : agrees(work.reference, found);
    Prediction last = found.get(found.size() - 1);
    return new ShownSample.Answer(
        own.name(),
        own.bytes(),
        agrees,
        answers.top(last),
        answers.dense(work.drawings, work.reference.get(work.reference.size() - 1), last));
  }

  private boolean agrees(List<Prediction> reference, List<Prediction> found) {
    Criterion criterion = settings.criterion();
    for (int call = 0; call < reference.size(); call++) {
      if (!criterion.agrees(reference.get(call), found.get(call))) {
        return false;
      }
    }
    return true;
  }

  private ShownSample shown(Work work) {
    Place place = work.place;
    ReferenceEvidence reference = answered.answers(place.role());
    boolean known = SampleFacts.knowsMargins(reference) && Double.isFinite(place.margin());
    return new ShownSample(
        place.role().toString(),
        place.rank(),
        work.sample.path(),
        work.sample.label(),
        place.agrees(),
        known ? place.margin() : null,
        work.input,
        work.answers);
  }
}
