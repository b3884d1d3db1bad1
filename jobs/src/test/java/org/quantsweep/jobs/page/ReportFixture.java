package org.quantsweep.jobs.page;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.quantsweep.agreement.AgreementCounts;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.report.Certificate;
import org.quantsweep.report.RecipeSummary;
import org.quantsweep.report.SweepResult;
import org.quantsweep.report.bundle.Bits;
import org.quantsweep.report.bundle.CandidateEvidence;
import org.quantsweep.report.bundle.EvidenceBundle;
import org.quantsweep.report.bundle.Explanations;
import org.quantsweep.report.bundle.NetworkEvidence;
import org.quantsweep.report.bundle.SampleEvidence;
import org.quantsweep.report.bundle.ShownSample;
import org.quantsweep.report.bundle.TensorEvidence;

/**
 * A result and its evidence, made up of a seed: nobody ran a model. Counts, bitmaps and verdicts
 * fit each other.
 */
public final class ReportFixture {
  private static final double CONFIDENCE = 0.95;
  private static final List<Integer> BITS = List.of(1, 2, 3, 4, 5, 6, 7, 8);

  /** What the samples' answers are. */
  public enum Kind {
    CLASSIFIER,
    STYLE,
    SEGMENTATION
  }

  private final Random random = new Random(17);
  private final Kind kind;
  private final int tensors;
  private final int samples;
  private final int shown;
  private String prefix = "";
  private String classFloor = "";

  private ReportFixture(Kind kind, int tensors, int samples, int shown) {
    this.kind = kind;
    this.tensors = tensors;
    this.samples = samples;
    this.shown = shown;
  }

  /** Of so many weight tensors, samples in each part, and samples with pictures. */
  public static ReportFixture of(Kind kind, int tensors, int samples, int shown) {
    return new ReportFixture(kind, tensors, samples, shown);
  }

  /** Every name begins with this. */
  public ReportFixture named(String text) {
    this.prefix = text;
    return this;
  }

  /** With a floor of classes. */
  public ReportFixture floor(String share) {
    this.classFloor = share;
    return this;
  }

  /** Both files' contents. */
  public record Made(SweepResult result, EvidenceBundle evidence) {}

  private record Judged(String scheme, String plan, long size, double error) {
    String name() {
      return plan == null ? scheme : "plan:" + plan;
    }
  }

  private static String digest(String text) {
    return Sha256Digest.of(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)).hex();
  }

  /** Makes both. */
  public Made make() {
    List<TensorEvidence> weights = weights();
    long given = weights.stream().mapToLong(TensorEvidence::bytesGiven).sum() + 4_000;
    long least = weights.stream().mapToLong(TensorEvidence::bytesChosen).sum() + 4_000;
    AgreementThreshold threshold = AgreementThreshold.parse("0.95");
    long required = threshold.required(samples);
    List<Judged> all = candidates(given, least);
    Map<String, BitSet> selection = new TreeMap<>();
    Map<String, BitSet> confirmation = new TreeMap<>();
    for (Judged own : all) {
      selection.put(own.name(), agreed(own.error()));
    }
    List<SweepResult.Row> rows = new ArrayList<>();
    List<CandidateEvidence> stored = new ArrayList<>();
    List<SweepResult.Row> accepted = new ArrayList<>();
    BitSet whole = new BitSet();
    whole.set(0, samples);
    for (Judged own : all) {
      BitSet agreed = selection.get(own.name());
      BitSet judged = (BitSet) whole.clone();
      long disagreeing = (long) samples - agreed.cardinality();
      SweepResult.Row row;
      double ratio = (double) own.size() / given;
      if (disagreeing > 3 * (samples - required)) {
        int until = 0;
        long found = 0;
        while (found <= samples - required) {
          found += agreed.get(until++) ? 0 : 1;
        }
        judged.clear(until, samples);
        agreed.clear(until, samples);
        row =
            new SweepResult.Row(
                own.scheme(),
                own.plan(),
                own.size(),
                ratio,
                "rejected-early",
                null,
                (long) until,
                found);
      } else {
        boolean met = agreed.cardinality() >= required;
        row =
            new SweepResult.Row(
                own.scheme(),
                own.plan(),
                own.size(),
                ratio,
                met ? "accepted" : "rejected",
                agreement(agreed.cardinality()),
                null,
                null);
        if (met) {
          accepted.add(row);
        }
      }
      rows.add(row);
      TreeMap<String, CandidateEvidence.Judged> parts = new TreeMap<>();
      parts.put("selection", new CandidateEvidence.Judged(Bits.of(judged), Bits.of(agreed)));
      stored.add(
          new CandidateEvidence(
              own.scheme(),
              own.plan(),
              own.plan() == null ? "uniform" : "plan",
              digest(own.name()),
              own.size(),
              Math.round(own.size() * 0.93),
              parts));
    }
    // The smallest is refused in confirmation, the next one passes.
    List<Certificate.Finalist> tested = new ArrayList<>();
    SweepResult.Row chosen = accepted.get(1);
    for (int rung = 4; rung >= 0; rung--) {
      SweepResult.Row row = accepted.get(rung);
      BitSet agreed = agreed(rung == 0 ? 0.12 : 0.034 - 0.003 * rung);
      confirmation.put(name(row), agreed);
      boolean passed = agreed.cardinality() >= required;
      tested.add(
          new Certificate.Finalist(
              name(row),
              row.encodedSize(),
              0.9,
              agreement(agreed.cardinality()),
              null,
              null,
              passed));
      int place = rows.indexOf(row);
      TreeMap<String, CandidateEvidence.Judged> parts = new TreeMap<>(stored.get(place).parts());
      parts.put("confirmation", new CandidateEvidence.Judged(Bits.of(whole), Bits.of(agreed)));
      CandidateEvidence old = stored.get(place);
      stored.set(
          place,
          new CandidateEvidence(
              old.scheme(),
              old.plan(),
              old.kind(),
              old.sha256(),
              old.encodedSize(),
              old.downloadSize(),
              parts));
    }
    SweepResult.Row uniform =
        accepted.stream().filter(row -> row.plan() == null).findFirst().orElseThrow();
    BitSet unseen = confirmation.get(name(chosen));
    SweepResult.Chosen selected =
        new SweepResult.Chosen(
            chosen.scheme(),
            chosen.plan(),
            chosen.encodedSize(),
            chosen.ratio(),
            chosen.agreement(),
            agreement(unseen.cardinality()),
            digest(name(chosen)),
            "selected.mlmodel");
    SweepResult result =
        new SweepResult(
            SweepResult.SCHEMA_VERSION,
            "",
            settings(),
            SweepResult.SELECTED,
            digest("sweep"),
            criterion(),
            "0.95",
            new SweepResult.SourceModel(prefix + modelName(), given, digest("model")),
            new SweepResult.Samples(
                samples,
                2,
                digest("samples"),
                Map.of(
                    "calibration",
                    new SweepResult.Split(128, 128L, 0L, digest("calibration")),
                    "confirmation",
                    new SweepResult.Split(samples, (long) samples, 0L, digest("confirmation")),
                    "selection",
                    new SweepResult.Split(samples, (long) samples, 2L, digest("selection"))),
                0),
            selected,
            new SweepResult.Chosen(
                uniform.scheme(),
                null,
                uniform.encodedSize(),
                uniform.ratio(),
                uniform.agreement(),
                null,
                digest(name(uniform)),
                null),
            null,
            rows,
            List.of(
                new SweepResult.LeftOut(
                    weights.get(0).identity(),
                    List.of("linear:8"),
                    "its range is too small for a scale")),
            List.of(),
            null,
            new Certificate(
                "every uniform scheme by ascending size, then plans of one option per weight"
                    + " tensor",
                weights.size(),
                16 * weights.size(),
                6 * weights.size(),
                9 * weights.size(),
                1.2 * weights.size(),
                400,
                "knapsack",
                rows.size(),
                null,
                accepted.get(0),
                rows.stream()
                    .filter(row -> row.encodedSize() < accepted.get(0).encodedSize())
                    .filter(row -> row.plan() != null)
                    .toList(),
                new Certificate.Confirmed(
                    "point", CONFIDENCE, 20, required, (long) samples, 1, tested)),
            new RecipeSummary(
                "recipe.yaml",
                weights.stream()
                    .map(
                        own ->
                            new RecipeSummary.TensorRow(
                                own.identity(),
                                own.chosen(),
                                own.bytesChosen(),
                                (double) own.bytesChosen() / chosen.encodedSize(),
                                0.4))
                    .toList()),
            List.of(),
            new SweepResult.Cost(rows.size(), 48_231, 12.4, 310.75, 221.3));
    TreeMap<String, SampleEvidence> parts = new TreeMap<>();
    parts.put("selection", part());
    parts.put("confirmation", part());
    EvidenceBundle evidence =
        new EvidenceBundle(
            EvidenceBundle.SCHEMA_VERSION,
            result.sweepDigest(),
            result.runId(),
            new TreeMap<>(
                Map.of("engine", "onnxruntime 1.28.0", "java", "17.0.13", "os", "Linux amd64")),
            network(weights),
            weights,
            parts,
            stored,
            line(given),
            shown(unseen),
            explanations(result, weights));
    return new Made(result, evidence);
  }

  private static String name(SweepResult.Row row) {
    return row.plan() == null ? row.scheme() : "plan:" + row.plan();
  }

  private SweepResult.Agreement agreement(int agreeing) {
    return new SweepResult.Agreement(
        agreeing,
        samples,
        new AgreementCounts(agreeing, samples).lowerBound(CONFIDENCE),
        CONFIDENCE);
  }

  private String modelName() {
    return switch (kind) {
      case CLASSIFIER -> "SqueezeNet.mlmodel";
      case STYLE -> "StarryNight.mlmodel";
      case SEGMENTATION -> "DeepLab.mlpackage";
    };
  }

  private String criterion() {
    return switch (kind) {
      case CLASSIFIER -> "top-1";
      case STYLE -> "psnr:30";
      case SEGMENTATION -> "pixel-agreement:0.98";
    };
  }

  private SortedMap<String, String> settings() {
    TreeMap<String, String> settings = new TreeMap<>();
    settings.put("model", prefix + "models/" + modelName());
    settings.put("samples", "photos/a\nphotos/it's here");
    settings.put("criterion", criterion());
    settings.put("agreement", "0.95");
    settings.put("acceptance", "point");
    settings.put("confidence", "0.95");
    settings.put("family", "per-tensor");
    settings.put("output", "results/net");
    settings.put("seed", "0");
    settings.put("evaluate-all", "false");
    settings.put("exif-orientation", "true");
    if (!classFloor.isEmpty()) {
      settings.put("class-floor", classFloor);
    }
    return settings;
  }

  private List<TensorEvidence> weights() {
    List<TensorEvidence> weights = new ArrayList<>();
    for (int i = 0; i < tensors; i++) {
      long out = 16L << Math.min(4, i / 6);
      long in = i == 0 ? 3 : 16L << Math.min(4, (i - 1) / 6);
      boolean last = i == tensors - 1;
      List<Long> shape = last ? List.of(out, in) : List.of(out, in, 3L, 3L);
      long count = shape.stream().reduce(1L, (a, b) -> a * b);
      int bits = i == 0 || last ? 8 : 3 + random.nextInt(3);
      List<TensorEvidence.Option> options = new ArrayList<>();
      String chosen = "lut-kmeans:" + bits + "+calibrated";
      for (String form : List.of("linear:%d", "lut-kmeans:%d+calibrated", "lut-kmeans:%d")) {
        for (int width : BITS) {
          String scheme = String.format(Locale.ROOT, form, width);
          boolean measured = form.contains("calibrated") && width >= 2;
          double loss = (0.5 + random.nextDouble()) * 60 * Math.pow(2.6, -width);
          options.add(
              new TensorEvidence.Option(
                  scheme,
                  count * width / 8 + (form.startsWith("lut") ? 4L << width : 8 * out),
                  loss * 0.02,
                  measured ? loss : null,
                  measured ? Math.min(128, Math.round(loss * 2)) : null,
                  measured ? 128L : null,
                  measured
                      ? "measured"
                      : width == 1 && form.contains("calibrated") ? "refused" : "dominated"));
        }
      }
      options.sort(Comparator.comparingLong(TensorEvidence.Option::bytes));
      long bytes =
          options.stream()
              .filter(own -> own.scheme().equals(chosen))
              .findFirst()
              .orElseThrow()
              .bytes();
      weights.add(
          new TensorEvidence(
              prefix + "features." + i + ".conv/weights",
              prefix + "features." + i + ".conv",
              last ? "innerProduct" : "convolution",
              shape,
              4 * count,
              chosen,
              bytes,
              options,
              new TensorEvidence.Values(
                  4 + 8 * random.nextDouble(), count / out, 1 + 3 * random.nextDouble())));
    }
    return weights;
  }

  private List<Judged> candidates(long given, long least) {
    List<Judged> all = new ArrayList<>();
    double whole = given;
    for (String form : List.of("linear:%d", "lut-kmeans:%d", "lut-linear:%d")) {
      for (int width : BITS) {
        double worse = form.equals("linear:%d") ? 1.6 : form.equals("lut-linear:%d") ? 1.3 : 1;
        all.add(
            new Judged(
                String.format(Locale.ROOT, form, width),
                null,
                Math.round(whole * width / 32) + form.length(),
                Math.min(0.95, worse * 3.4 * Math.pow(2.35, -width))));
      }
    }
    for (int i = 0; i < 48; i++) {
      double step = 0.8 + 0.012 * i;
      all.add(
          new Judged(
              null,
              digest("plan " + i),
              Math.round(least * step),
              Math.min(0.9, 0.045 * Math.pow(step, -3.2))));
    }
    all.sort(Comparator.comparingLong(Judged::size));
    return all;
  }

  private BitSet agreed(double error) {
    BitSet agreed = new BitSet();
    for (int rank = 0; rank < samples; rank++) {
      agreed.set(rank, random.nextDouble() >= error);
    }
    return agreed;
  }

  private List<EvidenceBundle.LinePoint> line(long given) {
    List<EvidenceBundle.LinePoint> line = new ArrayList<>();
    for (int i = 1; i <= 200; i++) {
      line.add(new EvidenceBundle.LinePoint(given * i / 800, 900 * Math.exp(-i / 22.0) + 1.0 / i));
    }
    return line;
  }

  private static final List<String> ANIMALS =
      List.of(
          "tabby cat",
          "golden retriever",
          "red fox",
          "barn owl",
          "grey wolf",
          "sea lion",
          "hummingbird",
          "box turtle",
          "zebra",
          "ibex",
          "llama",
          "koala");

  private SampleEvidence part() {
    BitSet answered = new BitSet();
    answered.set(0, samples);
    ByteBuffer margins = ByteBuffer.allocate(4 * samples).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer classOf = ByteBuffer.allocate(4 * samples).order(ByteOrder.LITTLE_ENDIAN);
    List<String> paths = new ArrayList<>();
    List<String> labels = new ArrayList<>();
    for (int rank = 0; rank < samples; rank++) {
      margins.putFloat((float) (random.nextDouble() * 9));
      classOf.putInt((int) Math.floor(ANIMALS.size() * Math.pow(random.nextDouble(), 2.2)));
      if (rank < 5_000) {
        paths.add(prefix + "photos/" + String.format(Locale.ROOT, "%06d.jpg", rank));
        labels.add(rank % 3 == 0 ? "" : "animal");
      }
    }
    boolean classes = kind == Kind.CLASSIFIER;
    Base64.Encoder text = Base64.getEncoder();
    return new SampleEvidence(
        samples,
        samples,
        Bits.of(answered),
        null,
        text.encodeToString(margins.array()),
        classes ? ANIMALS.stream().map(name -> prefix + name).toList() : List.of(),
        classes ? text.encodeToString(classOf.array()) : null,
        paths,
        labels);
  }

  private NetworkEvidence network(List<TensorEvidence> weights) {
    List<NetworkEvidence.Node> nodes = new ArrayList<>();
    List<NetworkEvidence.Edge> edges = new ArrayList<>();
    nodes.add(
        new NetworkEvidence.Node(
            prefix + "image", "input", List.of(List.of(3L, 224L, 224L)), List.of()));
    int before = 0;
    for (int i = 0; i < weights.size(); i++) {
      int at = nodes.size();
      nodes.add(
          new NetworkEvidence.Node(
              weights.get(i).layer(),
              weights.get(i).type(),
              List.of(List.of(weights.get(i).shape().get(0), -1L, -1L)),
              List.of(weights.get(i).identity())));
      edges.add(new NetworkEvidence.Edge(before, at, "v" + i));
      nodes.add(new NetworkEvidence.Node(prefix + "relu." + i, "activation", List.of(), List.of()));
      edges.add(new NetworkEvidence.Edge(at, at + 1, "a" + i));
      if (i % 4 == 3) {
        nodes.add(new NetworkEvidence.Node(prefix + "add." + i, "add", List.of(), List.of()));
        edges.add(new NetworkEvidence.Edge(at + 1, at + 2, "r" + i));
        edges.add(new NetworkEvidence.Edge(Math.max(0, at - 5), at + 2, "s" + i));
        before = at + 2;
      } else {
        before = at + 1;
      }
    }
    nodes.add(
        new NetworkEvidence.Node(
            prefix + "probabilities", "output", List.of(List.of(12L)), List.of()));
    edges.add(new NetworkEvidence.Edge(before, nodes.size() - 1, "out"));
    return new NetworkEvidence("neural network classifier", nodes, edges, 0);
  }

  private Explanations explanations(SweepResult result, List<TensorEvidence> weights) {
    List<Explanations.Refused> refused = new ArrayList<>();
    for (SweepResult.Row row : result.certificate().neighbours()) {
      refused.add(
          new Explanations.Refused(
              name(row),
              row.encodedSize(),
              result.selected().encodedSize() - row.encodedSize(),
              "selection",
              List.of(
                  new Explanations.Change(
                      weights.get(1).identity(), weights.get(1).chosen(), "lut-kmeans:2")),
              row.agreement() == null
                  ? row.disagreeing() + " of the first " + row.judged() + " samples differ."
                  : row.agreement().agreeing() + " of " + samples + " samples agree."));
    }
    List<Explanations.TensorSteps> steps = new ArrayList<>();
    for (TensorEvidence own : weights) {
      boolean dear = own.chosen().contains(":8");
      steps.add(
          new Explanations.TensorSteps(
              own.identity(),
              new Explanations.Step("lut-kmeans:2+calibrated", -own.bytesChosen() / 3, 3.25),
              new Explanations.Step("lut-kmeans:6+calibrated", own.bytesChosen() / 4, -0.75),
              dear
                  ? List.of(
                      new Explanations.Cause(
                          own.equals(weights.get(0)) ? "first-layer" : "last-layer",
                          "It has 27 weights per channel and takes the raw picture.",
                          "Leave it at 8 bits: it holds 0.4 % of the bytes."),
                      new Explanations.Cause(
                          "outliers",
                          "Its largest magnitude is 11.2 times the root of its mean square.",
                          "A table of its own values (lut-kmeans) holds outliers better."))
                  : List.of()));
    }
    return new Explanations(
        List.of(
            "The chosen plan takes "
                + result.selected().encodedSize()
                + " bytes, less than every uniform scheme that was accepted.",
            "On "
                + samples
                + " samples that the search had not seen, "
                + result.selected().confirmation().agreeing()
                + " answers agree; 95 of 100 such bounds hold.",
            "One plan that selection accepts is smaller. It failed on the unseen samples, which"
                + " ended the ladder."),
        refused,
        steps);
  }

  private List<ShownSample> shown(BitSet agreed) {
    List<ShownSample> all = new ArrayList<>();
    for (int rank = 0; rank < samples && all.size() < shown; rank++) {
      if (!agreed.get(rank)) {
        all.add(sample(rank, false));
      }
    }
    for (int rank = 0; rank < samples && all.size() < shown * 5 / 4; rank++) {
      if (agreed.get(rank)) {
        all.add(sample(rank, true));
      }
    }
    return all;
  }

  private ShownSample sample(int rank, boolean agrees) {
    List<ShownSample.Answer> answers = new ArrayList<>();
    if (kind == Kind.CLASSIFIER) {
      List<String> names = new ArrayList<>(ANIMALS);
      Collections.shuffle(names, random);
      answers.add(top("reference", 4_980_000, true, names, 0.46));
      if (!agrees) {
        Collections.swap(names, 0, 1);
      }
      answers.add(top("chosen", 612_000, agrees, names, 0.43));
    } else {
      answers.add(dense(rank, "reference", 6_700_000, true, 0));
      answers.add(dense(rank, "chosen", 1_103_000, agrees, 0.05));
      answers.add(dense(rank, "linear:2", 420_000, false, 0.6));
      answers.add(dense(rank, "linear:3", 630_000, false, 0.35));
      answers.add(dense(rank, "linear:4", 840_000, false, 0.16));
      answers.add(dense(rank, "linear:8", 1_680_000, true, 0.015));
    }
    return new ShownSample(
        "confirmation",
        rank,
        prefix + "photos/" + String.format(Locale.ROOT, "%06d.jpg", rank),
        rank % 3 == 0 ? "" : prefix + "animal",
        agrees,
        random.nextDouble() * 2,
        picture(rank, 0, 0),
        answers);
  }

  private ShownSample.Answer top(
      String model, long size, boolean agrees, List<String> names, double first) {
    List<ShownSample.ClassShare> shares = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      shares.add(new ShownSample.ClassShare(prefix + names.get(i), first * Math.pow(0.62, i)));
    }
    return new ShownSample.Answer(model, size, agrees, shares, List.of());
  }

  private ShownSample.Answer dense(
      int rank, String model, long size, boolean agrees, double error) {
    boolean style = kind == Kind.STYLE;
    boolean reference = model.equals("reference");
    return new ShownSample.Answer(
        model,
        size,
        agrees,
        List.of(),
        List.of(
            new ShownSample.Dense(
                prefix + (style ? "stylized" : "mask"),
                style ? "picture" : "mask",
                picture(rank, style ? 1 : 2, error),
                reference ? null : picture(rank, 3, error),
                style ? "psnr" : "pixel-agreement",
                reference ? null : style ? 46 - 50 * Math.sqrt(error) : 1 - error / 4)));
  }

  /** A landscape, in the style of nobody; its mask; or a difference. */
  private ShownSample.Picture picture(int seed, int style, double error) {
    int size = 128;
    BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    Random own = new Random(seed);
    Random noise = new Random(seed * 31L + Math.round(error * 1000));
    float hue = own.nextFloat();
    int horizon = 50 + own.nextInt(30);
    int sun = 20 + own.nextInt(80);
    int peak = 20 + own.nextInt(90);
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        boolean hill = y > horizon + Math.abs(x - peak) / 2 - 30;
        boolean disc = (x - sun) * (x - sun) + (y - 28) * (y - 28) < 200;
        double swirl = style == 1 ? 0.12 * Math.sin(x / 5.0 + 3 * Math.cos(y / 9.0)) : 0;
        double jitter = error * (noise.nextDouble() - 0.5);
        Color colour =
            switch (style) {
              case 2 ->
                  noise.nextDouble() < error / 4
                      ? Color.RED
                      : hill ? new Color(60, 130, 60) : disc ? Color.YELLOW : Color.BLACK;
              case 3 -> {
                float light = (float) Math.min(1, Math.abs(jitter) * 3);
                yield new Color(light, light, light);
              }
              default ->
                  Color.getHSBColor(
                      hill ? hue : disc ? 0.13f : hue + 0.5f,
                      (float) Math.min(1, Math.max(0, (disc ? 0.7 : 0.45) + swirl)),
                      (float)
                          Math.min(
                              1, Math.max(0, (hill ? 0.45 : 0.9 - y / 400.0) + swirl + jitter)));
            };
        image.setRGB(x, y, colour.getRGB());
      }
    }
    graphics.dispose();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new ShownSample.Picture(
        "image/png", size, size, Base64.getEncoder().encodeToString(bytes.toByteArray()));
  }
}
