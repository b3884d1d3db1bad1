package org.quantsweep.jobs.page;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
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

/** A sweep of any size that nobody ran: made-up numbers of the kind that a sweep writes. */
final class SyntheticSweep {
  /** A strategy that chose a plan which nothing else judged. */
  static final String PEER = "greedy-by-psnr";

  private static final int CANDIDATES = 150;
  private static final int CLASSES = 1_000;
  private static final int MOST_PATHS = 10_000;
  private static final int PICTURE_SIDE = 64;
  private static final List<String> FORMS = List.of("linear", "lut-kmeans", "lut-linear");

  private final int tensors;
  private final int samples;
  private final String prefix;
  private final int pictureBytes;
  private final Random random = new Random(20261129);
  private int spent;

  /**
   * Its measures.
   *
   * @param samples of each part
   * @param prefix of every name that a model or a sample brings
   * @param pictureBytes the most that pictures take before base64
   */
  SyntheticSweep(int tensors, int samples, String prefix, int pictureBytes) {
    this.tensors = tensors;
    this.samples = samples;
    this.prefix = prefix;
    this.pictureBytes = pictureBytes;
  }

  /** What is written of it. */
  record Files(SweepResult result, EvidenceBundle evidence) {}

  Files make() {
    List<TensorEvidence> weights = IntStream.range(0, tensors).mapToObj(this::tensor).toList();
    List<CandidateEvidence> candidates = candidates();
    CandidateEvidence chosen = candidates.get(CANDIDATES / 2);
    EvidenceBundle evidence =
        new EvidenceBundle(
            EvidenceBundle.SCHEMA_VERSION,
            digest("sweep"),
            prefix + "run",
            new TreeMap<>(Map.of("engine", "none 1.0", "java", "17")),
            network(),
            weights,
            new TreeMap<>(Map.of("selection", part(), "confirmation", part())),
            candidates,
            IntStream.range(0, 500)
                .mapToObj(i -> new EvidenceBundle.LinePoint(100_000L + 50L * i, 500.0 / (i + 1)))
                .toList(),
            IntStream.range(0, 24).mapToObj(this::shown).toList(),
            explanations(weights, candidates, chosen));
    return new Files(result(candidates, chosen, weights), evidence);
  }

  private String identity(int tensor) {
    return String.format(Locale.ROOT, "%sstage%02d/conv%03d/weights", prefix, tensor / 8, tensor);
  }

  private TensorEvidence tensor(int i) {
    long bytes = 4L * (1_000 + random.nextInt(100_000));
    List<TensorEvidence.Option> options = new ArrayList<>();
    for (int bits = 1; bits <= 8; bits++) {
      for (String form : FORMS) {
        boolean run = random.nextInt(3) > 0;
        options.add(
            new TensorEvidence.Option(
                form + ":" + bits + "+calibrated",
                bytes * bits / 32,
                random.nextDouble() / bits,
                run ? (Double) (random.nextDouble() * samples / (1 << bits)) : null,
                run ? (Long) (long) (samples / (2 << bits)) : null,
                run ? (Long) (long) samples : null,
                run ? "measured" : "dominated"));
      }
    }
    TensorEvidence.Option chosen = options.get(9 + i % 9);
    return new TensorEvidence(
        identity(i),
        prefix + "conv" + i,
        prefix + "convolution",
        List.of(64L, 3L + i, 3L, 3L),
        bytes,
        chosen.scheme(),
        chosen.bytes(),
        options,
        new TensorEvidence.Values(3 + random.nextDouble() * 9, 27, 1 + random.nextDouble()));
  }

  private NetworkEvidence network() {
    List<NetworkEvidence.Node> nodes = new ArrayList<>();
    List<NetworkEvidence.Edge> edges = new ArrayList<>();
    nodes.add(
        new NetworkEvidence.Node(
            prefix + "image", "input", List.of(List.of(1L, 3L, 224L, 224L)), List.of()));
    for (int i = 0; i < tensors; i++) {
      nodes.add(
          new NetworkEvidence.Node(
              prefix + "conv" + i,
              "convolution",
              List.of(List.of(1L, 64L, -1L, 56L)),
              List.of(identity(i))));
      edges.add(new NetworkEvidence.Edge(nodes.size() - 2, nodes.size() - 1, prefix + "value"));
      if (i % 4 == 3) {
        nodes.add(new NetworkEvidence.Node(prefix + "add" + i, "add", List.of(), List.of()));
        edges.add(new NetworkEvidence.Edge(nodes.size() - 2, nodes.size() - 1, "sum"));
        edges.add(new NetworkEvidence.Edge(nodes.size() - 4, nodes.size() - 1, "residual"));
      }
    }
    nodes.add(new NetworkEvidence.Node(prefix + "label", "output", List.of(), List.of()));
    edges.add(new NetworkEvidence.Edge(nodes.size() - 2, nodes.size() - 1, "label"));
    return new NetworkEvidence("a neural network (specification 4)", nodes, edges, 0);
  }

  private SampleEvidence part() {
    BitSet answered = new BitSet();
    answered.set(0, samples);
    ByteBuffer margins = ByteBuffer.allocate(4 * samples).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer classOf = ByteBuffer.allocate(4 * samples).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < samples; i++) {
      margins.putFloat(random.nextFloat());
      classOf.putInt(random.nextInt(CLASSES));
    }
    List<String> paths =
        IntStream.range(0, Math.min(samples, MOST_PATHS))
            .mapToObj(i -> String.format(Locale.ROOT, "%spictures/n%08d.jpeg", prefix, i))
            .toList();
    return new SampleEvidence(
        samples,
        samples,
        Bits.of(answered),
        null,
        base64(margins),
        IntStream.range(0, CLASSES).mapToObj(i -> prefix + "class " + i).toList(),
        base64(classOf),
        paths,
        paths.stream().map(path -> prefix + "label").toList());
  }

  /** Half are plans; two of three small ones were rejected early, after a tenth of the samples. */
  private List<CandidateEvidence> candidates() {
    List<CandidateEvidence> all = new ArrayList<>();
    for (int i = 0; i < CANDIDATES; i++) {
      boolean early = i < CANDIDATES / 2 && i % 3 > 0;
      double agrees = Math.min(0.999, 0.5 + 0.5 * i / (CANDIDATES * 0.55));
      TreeMap<String, CandidateEvidence.Judged> parts = new TreeMap<>();
      parts.put("selection", judged(early, agrees));
      if (i >= CANDIDATES / 2 && i % 7 == 0) {
        parts.put("confirmation", judged(false, agrees));
      }
      boolean plan = i % 2 == 1;
      all.add(
          new CandidateEvidence(
              plan ? null : "linear:" + (1 + i % 8) + "@" + i,
              plan ? digest("plan" + i) : null,
              plan ? "plan" : "uniform",
              digest("file" + i),
              100_000L + 1_000L * i,
              90_000L + 1_000L * i,
              parts));
    }
    return all;
  }

  private CandidateEvidence.Judged judged(boolean early, double agrees) {
    BitSet judged = new BitSet();
    BitSet agreed = new BitSet();
    for (int i = 0; i < samples; i++) {
      if (!early || random.nextInt(10) == 0) {
        judged.set(i);
        if (random.nextDouble() < agrees) {
          agreed.set(i);
        }
      }
    }
    return new CandidateEvidence.Judged(Bits.of(judged), Bits.of(agreed));
  }

  private ShownSample shown(int rank) {
    boolean agrees = rank % 4 == 3;
    List<ShownSample.Answer> answers = new ArrayList<>();
    for (String model : List.of("reference", "chosen", "linear:8", "linear:4")) {
      boolean given = model.equals("reference");
      answers.add(
          new ShownSample.Answer(
              model,
              200_000,
              given || agrees,
              List.of(
                  new ShownSample.ClassShare(
                      prefix + "class " + (given || agrees ? rank : rank + 1), 0.625),
                  new ShownSample.ClassShare(prefix + "class 900", 0.125)),
              List.of(
                  new ShownSample.Dense(
                      prefix + "out",
                      "picture",
                      picture(),
                      given ? null : picture(),
                      given ? null : "psnr",
                      given ? null : (Double) (20.0 + rank)))));
    }
    return new ShownSample(
        "selection",
        rank,
        prefix + "pictures/" + rank + ".jpeg",
        prefix + "label",
        agrees,
        0.25,
        picture(),
        answers);
  }

  /** Noise, which no form of picture makes smaller; null where the room is spent. */
  private ShownSample.Picture picture() {
    BufferedImage noise = new BufferedImage(PICTURE_SIDE, PICTURE_SIDE, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < PICTURE_SIDE; y++) {
      for (int x = 0; x < PICTURE_SIDE; x++) {
        noise.setRGB(x, y, random.nextInt(1 << 24));
      }
    }
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    try {
      ImageIO.write(noise, "png", png);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (spent + png.size() > pictureBytes) {
      return null;
    }
    spent += png.size();
    return new ShownSample.Picture(
        "image/png",
        PICTURE_SIDE,
        PICTURE_SIDE,
        Base64.getEncoder().encodeToString(png.toByteArray()));
  }

  private Explanations explanations(
      List<TensorEvidence> weights, List<CandidateEvidence> candidates, CandidateEvidence chosen) {
    return new Explanations(
        List.of("The smallest plan that " + prefix + " accepts.", "It rests on made-up numbers."),
        candidates.subList(0, 40).stream()
            .map(
                own ->
                    new Explanations.Refused(
                        own.scheme() == null ? "plan:" + own.plan() : own.scheme(),
                        own.encodedSize(),
                        chosen.encodedSize() - own.encodedSize(),
                        "selection",
                        List.of(new Explanations.Change(identity(0), "linear:4", "linear:3")),
                        "Too few " + prefix + " agree."))
            .toList(),
        weights.stream()
            .map(
                own ->
                    new Explanations.TensorSteps(
                        own.identity(),
                        new Explanations.Step("linear:2", -own.bytesChosen() / 4, 12.5),
                        new Explanations.Step("linear:6", own.bytesChosen() / 4, -3.5),
                        List.of(
                            new Explanations.Cause(
                                "outliers",
                                prefix + " has values far from the others.",
                                "Blocks of 32 values would help."))))
            .toList());
  }

  private SweepResult result(
      List<CandidateEvidence> candidates, CandidateEvidence chosen, List<TensorEvidence> weights) {
    SweepResult.Chosen selected = chosen(chosen);
    CandidateEvidence uniform = candidates.get(CANDIDATES / 2 + 1);
    List<SweepResult.Row> rows = candidates.stream().map(own -> row(own)).toList();
    SweepResult.Row best = rows.get(CANDIDATES / 2);
    String digest = digest("set");
    SweepResult.Split split = new SweepResult.Split(samples, (long) samples, 0L, digest);
    return new SweepResult(
        SweepResult.SCHEMA_VERSION,
        prefix + "run",
        new TreeMap<>(
            Map.of("agreement", "0.95", "model", prefix + "Net.mlmodel", "samples", prefix + "s")),
        SweepResult.SELECTED,
        digest("sweep"),
        "top-1",
        "0.95",
        new SweepResult.SourceModel(prefix + "Net.mlmodel", 1_000_000, digest("model")),
        new SweepResult.Samples(
            samples, 0, digest, Map.of("selection", split, "confirmation", split), 0),
        selected,
        chosen(uniform),
        null,
        rows,
        List.of(
            new SweepResult.LeftOut(
                identity(1), List.of("linear:1"), "because " + prefix + " is flat")),
        List.of(),
        null,
        new Certificate(
            "every uniform scheme by ascending size, then plans of one option per weight tensor",
            tensors,
            24 * tensors,
            10 * tensors,
            13 * tensors,
            tensors * Math.log10(24),
            500,
            "knapsack",
            CANDIDATES,
            null,
            best,
            rows.subList(CANDIDATES / 2 - 5, CANDIDATES / 2),
            new Certificate.Confirmed(
                "point",
                0.95,
                3,
                Math.round(Math.ceil(0.95 * samples)),
                (long) samples,
                1,
                List.of())),
        new RecipeSummary(
            "recipe.yaml",
            weights.stream()
                .map(
                    own ->
                        new RecipeSummary.TensorRow(
                            own.identity(),
                            own.chosen(),
                            own.bytesChosen(),
                            own.bytesChosen() / 1e8,
                            0.5))
                .toList()),
        List.of(
            new SweepResult.StrategyChoice(
                prefix + PEER,
                null,
                digest(PEER),
                700_000L,
                0.7,
                agreement(samples - samples / 50, samples),
                9,
                7,
                null)),
        new SweepResult.Cost(CANDIDATES, 1_234_567, 12.5, 1_345.25, 801.5));
  }

  private static SweepResult.Row row(CandidateEvidence own) {
    CandidateEvidence.Judged judged = own.parts().get("selection");
    long all = judged.judged().toBitSet().cardinality();
    long agreeing = judged.agreed().toBitSet().cardinality();
    boolean whole = judged.judged().toBitSet().nextClearBit(0) >= all;
    String verdict = agreeing >= 0.95 * all ? "accepted" : whole ? "rejected" : "rejected-early";
    return new SweepResult.Row(
        own.scheme(),
        own.plan(),
        own.encodedSize(),
        own.encodedSize() / 1e6,
        verdict,
        whole ? agreement(agreeing, all) : null,
        whole ? null : (Long) all,
        whole ? null : (Long) (all - agreeing));
  }

  private static SweepResult.Chosen chosen(CandidateEvidence own) {
    SweepResult.Row row = row(own);
    return new SweepResult.Chosen(
        own.scheme(),
        own.plan(),
        own.encodedSize(),
        row.ratio(),
        row.agreement(),
        null,
        own.sha256(),
        "selected.mlmodel");
  }

  private static SweepResult.Agreement agreement(long agreeing, long all) {
    return new SweepResult.Agreement(agreeing, all, 0.99 * agreeing / all, 0.95);
  }

  private static String digest(String of) {
    return Sha256Digest.ofText(of).hex();
  }

  private static String base64(ByteBuffer bytes) {
    byte[] packed = new byte[bytes.capacity()];
    bytes.duplicate().clear().get(packed);
    return Base64.getEncoder().encodeToString(packed);
  }
}
