package org.quantsweep.search;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/** What a search ends with. */
public sealed interface Selection extends Serializable {
  /** The chosen candidate; empty when none is acceptable. */
  Optional<Candidate> candidate();

  /** The smallest of some candidates that are acceptable; none acceptable where there are none. */
  static Selection smallest(List<Candidate> acceptable) {
    return chosen(acceptable.stream().min(Candidate::compareTo));
  }

  /** The last rung that passed; none acceptable where the first one failed. */
  static Selection confirmed(Confirmation confirmation) {
    return chosen(confirmation.answer().map(Confirmation.Test::candidate));
  }

  /** That candidate; none acceptable where there is none. */
  static Selection chosen(Optional<Candidate> candidate) {
    return candidate.<Selection>map(Selected::new).orElseGet(NoneAcceptable::new);
  }

  /** A candidate is acceptable, and chosen. */
  record Selected(Candidate chosen) implements Selection {
    @Override
    public Optional<Candidate> candidate() {
      return Optional.of(chosen);
    }
  }

  /** No candidate is acceptable. */
  record NoneAcceptable() implements Selection {
    @Override
    public Optional<Candidate> candidate() {
      return Optional.empty();
    }
  }
}
