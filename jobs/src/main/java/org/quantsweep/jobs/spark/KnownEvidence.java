package org.quantsweep.jobs.spark;

import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sweep.EvaluationKey;
import org.quantsweep.sweep.Evidence;
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

  private final SampleBlocks blocks;
  private final Map<Sha256Digest, Evidence.Union> candidates = new HashMap<>();
  private final BitSet listed = new BitSet();
  private ReferenceEvidence reference = ReferenceEvidence.none();

  /** Nothing is known yet. */
  KnownEvidence(SampleIndex samples) {
    this.blocks = new SampleBlocks(samples);
  }

  /** Reads the rows of a table. They come to the driver a file at a time. */
  void read(Dataset<Row> table, EvaluationKey key) {
    Column criterion = functions.col("criterion");
    Dataset<Row> rows =
        table.where(
            functions
                .col("reference")
                .equalTo(key.reference().hex())
                .and(functions.col("preparation").equalTo(key.preparation().hex()))
                .and(criterion.isin(key.criterion(), key.criterion() + LABELS)));
    ReferenceEvidence.Union found = new ReferenceEvidence.Union();
    Set<String> others = new HashSet<>();
    for (Iterator<Row> each = rows.toLocalIterator(); each.hasNext(); ) {
      Row row = each.next();
      String block = row.getAs("block");
      OptionalInt start = blocks.start(block);
      if (start.isPresent()) {
        take(row, place -> place + start.getAsInt(), found);
        if (isReference(row)) {
          blocks.shard(block).ifPresent(listed::set);
        }
      } else {
        others.add(block);
      }
    }
    Map<String, int[]> elsewhere = others.isEmpty() ? Map.of() : elsewhere(table, others);
    if (!elsewhere.isEmpty()) {
      for (Iterator<Row> each = rows.toLocalIterator(); each.hasNext(); ) {
        Row row = each.next();
        int[] ranks = elsewhere.get(row.<String>getAs("block"));
        if (ranks != null) {
          take(row, place -> place < ranks.length ? ranks[place] : -1, found);
        }
      }
    }
    reference = found.united();
  }

  /** Where samples of other blocks stand in this set; without those that hold none of them. */
  private Map<String, int[]> elsewhere(Dataset<Row> table, Set<String> others) {
    Map<String, int[]> found = new HashMap<>();
    Dataset<Row> lists = table.where(functions.col("criterion").equalTo(BLOCKS));
    for (Iterator<Row> each = lists.toLocalIterator(); each.hasNext(); ) {
      Row row = each.next();
      String block = row.getAs("block");
      if (others.contains(block)) {
        int[] ranks = blocks.ranks(row.getAs("judged"));
        if (ranks.length > 0) {
          found.put(block, ranks);
        }
      }
    }
    return found;
  }

  private void take(Row row, IntUnaryOperator ranks, ReferenceEvidence.Union found) {
    BitSet places = BitSet.valueOf((byte[]) row.getAs("judged"));
    byte[] second = row.getAs("agreed");
    if (row.<String>getAs("criterion").endsWith(LABELS)) {
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
      List<Double> difficulties = row.getList(row.fieldIndex("difficulties"));
      List<String> failures = row.getList(row.fieldIndex("failures"));
      zip(places, ranks, difficulties, found::answer);
      zip(BitSet.valueOf(second), ranks, failures, found::failure);
    } else {
      RankSet judged = RankSet.of(places).moved(ranks);
      Evidence evidence = Evidence.of(judged, RankSet.of(BitSet.valueOf(second)).moved(ranks));
      add(new Sha256Digest(row.<String>getAs("candidate")), evidence);
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

  private static boolean isReference(Row row) {
    return !row.isNullAt(row.fieldIndex("difficulties"));
  }

  SampleBlocks blocks() {
    return blocks;
  }

  ReferenceEvidence reference() {
    return reference;
  }

  void add(ReferenceEvidence evidence) {
    reference = reference.isEmpty() ? evidence : reference.plus(evidence);
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
