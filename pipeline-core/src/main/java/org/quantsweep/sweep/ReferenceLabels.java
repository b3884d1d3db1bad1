package org.quantsweep.sweep;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Optional;
import org.quantsweep.agreement.TopLabels;

/**
 * The reference's top classes by rank, of samples whose answers have one form. What has another
 * form is left out: there the reference runs again.
 */
final class ReferenceLabels implements Serializable {
  static final ReferenceLabels NONE = new ReferenceLabels(null, RankSet.none(), 0, new int[0]);

  private static final long serialVersionUID = 1L;

  /** Of all that is here; null while nothing is. */
  private final TopLabels.Form form;

  private final RankSet ranks;

  /** The rank that the first class is of. */
  private final int first;

  /** As many for each rank as the form has outputs. */
  private final int[] classes;

  private ReferenceLabels(TopLabels.Form form, RankSet ranks, int first, int[] classes) {
    this.form = form;
    this.ranks = ranks;
    this.first = first;
    this.classes = classes;
  }

  Optional<TopLabels> of(int rank) {
    if (!ranks.contains(rank)) {
      return Optional.empty();
    }
    int outputs = form.outputs().size();
    int from = (rank - first) * outputs;
    return Optional.of(new TopLabels(form, Arrays.copyOfRange(classes, from, from + outputs)));
  }

  boolean cover(RankSet answered) {
    return ranks.containsAll(answered);
  }

  /** Unites the labels of many tasks. */
  static final class Union {
    private final RankSet.Union ranks = new RankSet.Union();
    private TopLabels.Form form;
    private int first;
    private int end;
    private int[] classes = new int[0];

    void add(ReferenceLabels labels, RankSet answered) {
      labels.ranks.and(answered).forEach(rank -> put(rank, labels.of(rank).orElseThrow()));
    }

    void put(int rank, TopLabels labels) {
      if (form == null) {
        form = labels.form();
        first = rank;
        end = rank;
      }
      if (!form.equals(labels.form())) {
        return;
      }
      int outputs = form.outputs().size();
      if (rank < first) {
        int lower = Math.max(0, rank - (end - first));
        int[] moved = new int[(end - lower) * outputs];
        System.arraycopy(classes, 0, moved, (first - lower) * outputs, (end - first) * outputs);
        classes = moved;
        first = lower;
      }
      int from = (rank - first) * outputs;
      if (from + outputs > classes.length) {
        classes = Arrays.copyOf(classes, Math.max(from + outputs, classes.length * 3 / 2 + 8));
      }
      end = Math.max(end, rank + 1);
      System.arraycopy(labels.classes(), 0, classes, from, outputs);
      ranks.add(rank);
    }

    ReferenceLabels united() {
      return form == null
          ? NONE
          : new ReferenceLabels(
              form,
              ranks.united(),
              first,
              Arrays.copyOf(classes, (end - first) * form.outputs().size()));
    }
  }
}
