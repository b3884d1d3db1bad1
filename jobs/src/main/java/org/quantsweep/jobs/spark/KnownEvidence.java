package org.quantsweep.jobs.spark;

import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import org.quantsweep.datasets.table.DeltaRow;
import org.quantsweep.datasets.table.DeltaRows;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sweep.EvaluationKey;
import org.quantsweep.sweep.Evidence;
import org.quantsweep.sweep.GrowingReference;
import org.quantsweep.sweep.RankSet;
import org.quantsweep.sweep.ReferenceEvidence;

/**
 * What a table says of one sample set under one key, and what was appended since. Of rows of other
 * blocks, of a set that has grown since or that held more, what speaks of this set's samples counts
 * too, because those blocks' samples are listed in the table.
 */
final class KnownEvidence {
  /** Stands in the criterion of rows that hold the reference's top classes. */
  static final String LABELS = " labels";

  /** Stands in the criterion of rows that list the samples of a block, under no other key. */
  static final String BLOCKS = "blocks";

  private static final List<String> COLUMNS =
      List.of(
          "reference",
          "preparation",
          "criterion",
          "candidate",
          "block",
          "judged",
          "agreed",
          "difficulties",
          "failures");

  private final SampleBlocks blocks;
  private final Map<Sha256Digest, Evidence.Union> candidates = new HashMap<>();
  private final BitSet listed = new BitSet();
  private final GrowingReference reference;

  /** Nothing is known yet. */
  KnownEvidence(SampleIndex samples) {
    this.blocks = new SampleBlocks(samples);
    this.reference = new GrowingReference(samples.size());
  }

  /** Reads the rows of a table, a batch after the other. */
  void read(DeltaRows table, EvaluationKey key) {
    ReferenceEvidence.Union found = new ReferenceEvidence.Union();
    Set<String> others = new HashSet<>();
    eachOf(
        table,
        key,
        row -> {
          String block = row.text("block");
          OptionalInt start = blocks.start(block);
          if (start.isPresent()) {
            take(row, place -> place + start.getAsInt(), found);
            if (isReference(row)) {
              blocks.shard(block).ifPresent(listed::set);
            }
          } else {
            others.add(block);
          }
        });
    Map<String, int[]> elsewhere = others.isEmpty() ? Map.of() : elsewhere(table, others);
    if (!elsewhere.isEmpty()) {
      eachOf(
          table,
          key,
          row -> {
            int[] ranks = elsewhere.get(row.text("block"));
            if (ranks != null) {
              take(row, place -> place < ranks.length ? ranks[place] : -1, found);
            }
          });
    }
    reference.add(found.united());
  }

  /** The rows of a key. */
  private static void eachOf(DeltaRows table, EvaluationKey key, Consumer<DeltaRow> each) {
    String reference = key.reference().hex();
    String preparation = key.preparation().hex();
    Set<String> criteria = Set.of(key.criterion(), key.criterion() + LABELS);
    table.forEach(
        COLUMNS,
        DeltaRows.equal("reference", reference),
        row -> {
          if (reference.equals(row.text("reference"))
              && preparation.equals(row.text("preparation"))
              && criteria.contains(row.text("criterion"))) {
            each.accept(row);
          }
        });
  }

  /** Where samples of other blocks stand in this set; without those that hold none of them. */
  private Map<String, int[]> elsewhere(DeltaRows table, Set<String> others) {
    Map<String, int[]> found = new HashMap<>();
    table.forEach(
        List.of("criterion", "block", "judged"),
        DeltaRows.equal("criterion", BLOCKS),
        row -> {
          String block = row.text("block");
          if (BLOCKS.equals(row.text("criterion")) && others.contains(block)) {
            int[] ranks = blocks.ranks(row.bytes("judged"));
            if (ranks.length > 0) {
              found.put(block, ranks);
            }
          }
        });
    return found;
  }

  private void take(DeltaRow row, IntUnaryOperator ranks, ReferenceEvidence.Union found) {
    BitSet places = BitSet.valueOf(row.bytes("judged"));
    byte[] second = row.bytes("agreed");
    if (row.text("criterion").endsWith(LABELS)) {
      LabelBytes.read(
          places,
          second,
          (place, labels) -> {
            int rank = ranks.applyAsInt(place);
            if (rank >= 0) {
              found.label(rank, labels);
            }
          });
    } else if (isReference(row)) {
      List<Double> difficulties = row.doubles("difficulties");
      List<String> failures = row.texts("failures");
      zip(places, ranks, difficulties, found::answer);
      zip(BitSet.valueOf(second), ranks, failures, found::failure);
    } else {
      RankSet judged = RankSet.of(places).moved(ranks);
      Evidence evidence = Evidence.of(judged, RankSet.of(BitSet.valueOf(second)).moved(ranks));
      add(new Sha256Digest(row.text("candidate")), evidence);
    }
  }

  /** Takes a value for a rank. */
  private interface Ranked<T> {
    void take(int rank, T value);
  }

  private static <T> void zip(
      BitSet places, IntUnaryOperator ranks, List<T> values, Ranked<T> each) {
    int next = 0;
    for (int place = places.nextSetBit(0); place >= 0; place = places.nextSetBit(place + 1)) {
      int rank = ranks.applyAsInt(place);
      T value = values.get(next++);
      if (rank >= 0) {
        each.take(rank, value);
      }
    }
  }

  private static boolean isReference(DeltaRow row) {
    return !row.isNull("difficulties");
  }

  SampleBlocks blocks() {
    return blocks;
  }

  ReferenceEvidence reference() {
    return reference.known();
  }

  void add(ReferenceEvidence evidence) {
    reference.add(evidence);
  }

  /** Adds to a candidate's evidence; what was not known of it before. */
  Evidence add(Sha256Digest candidate, Evidence evidence) {
    Evidence.Union known = candidates.computeIfAbsent(candidate, missing -> new Evidence.Union());
    Evidence fresh = known.missing(evidence);
    known.add(fresh);
    return fresh;
  }

  /** Of some candidates what is known of them. */
  Map<Sha256Digest, Evidence> of(Collection<Sha256Digest> wanted) {
    Map<Sha256Digest, Evidence> found = new HashMap<>();
    for (Sha256Digest candidate : wanted) {
      Evidence.Union known = candidates.get(candidate);
      if (known != null) {
        found.put(candidate, known.united());
      }
    }
    return found;
  }

  /** Notes that a block's samples are listed in the table; whether that is new. */
  boolean list(int block) {
    boolean is = listed.get(block);
    listed.set(block);
    return !is;
  }
}
