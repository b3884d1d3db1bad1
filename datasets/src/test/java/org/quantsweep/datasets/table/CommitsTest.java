package org.quantsweep.datasets.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommitsTest {
  private final List<Integer> tried = new ArrayList<>();

  private void failsUntil(int tries) {
    tried.add(tried.size());
    if (tried.size() < tries) {
      throw new IllegalStateException("not now " + tried.size());
    }
  }

  @Test
  void aCommitThatFailsIsTriedAgain() {
    Commits.retried(() -> failsUntil(3));
    assertThat(tried).containsExactly(0, 1, 2);
  }

  @Test
  void theLastFailureIsTold() {
    assertThatThrownBy(() -> Commits.retried(() -> failsUntil(6))).hasMessage("not now 5");
  }

  @Test
  void whatIsFinalIsNotTriedAgain() {
    assertThatThrownBy(
            () ->
                Commits.retried(
                    () -> failsUntil(6), failure -> failure.getMessage().equals("not now 2")))
        .hasMessage("not now 2");
  }
}
