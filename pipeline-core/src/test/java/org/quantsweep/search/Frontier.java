package org.quantsweep.search;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sweep.Sensitivity;
import org.quantsweep.sweep.TensorOption;

/**
 * Plans from small to large, uniform candidates, and on which samples of a large set each
 * disagrees. Samples are told by their places, the one of the smallest margin first.
 */
final class Frontier {
  private static final String TENSOR = "frontier";

  final int samples;
  final List<Entry> plans = new ArrayList<>();
  final List<Entry> uniform = new ArrayList<>();
  final SearchSpace space;
  final Map<TensorOption, Sensitivity> measured = new HashMap<>();
  final PlanCatalog catalog;
  final List<Sha256Digest> digests = new ArrayList<>();
  final Map<Sha256Digest, Integer> places = new HashMap<>();
  private final Map<Candidate, Entry> entries = new HashMap<>();
  private final Map<Sha256Digest, Entry> files = new HashMap<>();

  /** A candidate, the summed loss of its options, and where it disagrees. */
  record Entry(Candidate candidate, double loss, BitSet disagreeing, ModelFiles file) {
    long bytes() {
      return candidate.encodedSize().bytes();
    }
  }

  /** What a line of a file says. */
  private record Line(String name, long bytes, double loss, BitSet disagreeing) {}

  private Frontier(int samples, List<Line> lines) {
    this.samples = samples;
    for (int place = 0; place < samples; place++) {
      digests.add(Sha256Digest.ofText("sample " + place));
      places.put(digests.get(place), place);
    }
    List<SearchSpace.SizedOption> options = new ArrayList<>();
    int at = 0;
    for (Line line : lines) {
      boolean plan = line.name().equals("plan");
      Scheme scheme = Scheme.parse(plan ? "lut-custom:p" + at + ":8" : line.name());
      Candidate candidate =
          plan
              ? new Candidate.Plan(planOf(scheme).digest(), new ByteSize(line.bytes()))
              : new Candidate.Uniform(scheme, new ByteSize(line.bytes()));
      byte[] content = ByteBuffer.allocate((int) line.bytes()).putInt(at).array();
      Entry entry = new Entry(candidate, line.loss(), line.disagreeing(), ModelFiles.lone(content));
      entries.put(candidate, entry);
      files.put(entry.file().digest(), entry);
      (plan ? plans : uniform).add(entry);
      if (plan) {
        options.add(new SearchSpace.SizedOption(scheme, line.bytes(), line.loss()));
        measured.put(
            new TensorOption(TENSOR, scheme), new Sensitivity(line.loss(), line.loss(), 0, 100));
      }
      at++;
    }
    plans.sort(Comparator.comparing(Entry::candidate));
    uniform.sort(Comparator.comparing(Entry::candidate));
    space = new SearchSpace(new TreeMap<>(Map.of(TENSOR, options)));
    catalog =
        new PlanCatalog(
            new ExactSizing(plan -> new ByteSize(bytes(options, plan.schemes().get(TENSOR)))),
            plan -> {
              throw new IllegalStateException("files are known.");
            });
    measured.keySet().forEach(option -> catalog.add(planOf(option.scheme())));
  }

  private static long bytes(List<SearchSpace.SizedOption> options, Scheme scheme) {
    return options.stream()
        .filter(option -> option.scheme().equals(scheme))
        .findFirst()
        .orElseThrow()
        .bytes();
  }

  private static QuantizationPlan planOf(Scheme scheme) {
    return QuantizationPlan.uniform(scheme, List.of(TENSOR));
  }

  Entry entry(Candidate candidate) {
    return entries.get(candidate);
  }

  Entry entry(Sha256Digest file) {
    return files.get(file);
  }

  /** The share of all samples that agrees. */
  double share(Entry entry) {
    return 1 - (double) entry.disagreeing().cardinality() / samples;
  }

  /** The smallest plan whose share of all samples is at least t. */
  Optional<Entry> smallest(double t) {
    return plans.stream().filter(plan -> share(plan) >= t).findFirst();
  }

  /**
   * Reads what {@code benchmarks/frontier.sh} wrote.
   *
   * @param scale sizes are divided by it, so that no large files are made
   */
  static Frontier read(Path file, int scale) throws IOException {
    List<String> text = Files.readAllLines(file);
    int samples = Integer.parseInt(text.get(0).replaceAll(".*, (\\d+) samples$", "$1"));
    List<Line> lines = new ArrayList<>();
    for (String line : text.subList(2, text.size())) {
      String[] cells = line.split(",", -1);
      BitSet disagreeing = new BitSet();
      for (String place : cells[3].split(" ")) {
        if (!place.isEmpty()) {
          disagreeing.set(Integer.parseInt(place));
        }
      }
      lines.add(
          new Line(
              cells[0],
              Long.parseLong(cells[1]) / scale,
              Double.parseDouble(cells[2]),
              disagreeing));
    }
    return new Frontier(samples, lines);
  }

  /**
   * A made one. A sample disagrees where a plan's loss, and some luck of the pair, exceed the
   * sample's margin; shares go from about 0.8 to 0.999.
   *
   * @param luck how much plans of one size differ
   */
  static Frontier made(long seed, int samples, int count, double luck) {
    Random random = new Random(seed);
    double[] margins = new double[samples];
    for (int i = 0; i < samples; i++) {
      double share = random.nextDouble();
      margins[i] = Math.pow(share / (1 - share), 0.85);
    }
    java.util.Arrays.sort(margins);
    List<Line> lines = new ArrayList<>();
    for (int plan = 0; plan < count; plan++) {
      double size = 4000 * Math.exp(Math.log(2.2) * plan / (count - 1));
      // A bit less in each of n weights takes a loss four times as large.
      lines.add(made(random, "plan", size, 6.5e3 * Math.pow(size / 1000, -7), margins, luck));
    }
    for (int bits = 4; bits <= 8; bits++) {
      double size = 1300.0 * bits;
      double loss = 3 * 6.5e3 * Math.pow(size / 1000, -7);
      lines.add(made(random, "lut-kmeans:" + bits, size, loss, margins, luck));
    }
    return new Frontier(samples, lines);
  }

  private static Line made(
      Random random, String name, double size, double loss, double[] margins, double luck) {
    BitSet disagreeing = new BitSet();
    for (int i = 0; i < margins.length; i++) {
      disagreeing.set(i, loss * Math.exp(luck * random.nextGaussian()) > margins[i]);
    }
    double predicted = loss * Math.exp(0.05 * random.nextGaussian());
    return new Line(name, Math.round(size), predicted, disagreeing);
  }
}
