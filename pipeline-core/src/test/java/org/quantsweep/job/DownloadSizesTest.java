package org.quantsweep.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.search.Candidate;

/** What is deflated for results: 64 MB, of which floats count eight times. */
class DownloadSizesTest {
  private static final long MB = 1_000_000;

  private static Candidate plan(long bytes) {
    return new Candidate.Plan(Sha256Digest.ofText("plan of " + bytes), new ByteSize(bytes));
  }

  private static List<Candidate> affordable(long given, Candidate... looked) {
    return DownloadSizes.affordable(List.of(looked), given);
  }

  @Test
  void endsAtSixtyFourMegabytesAndPassesOverWhatIsTooMuch() {
    Candidate first = plan(30 * MB);
    Candidate tooMuch = plan(35 * MB);
    Candidate last = plan(34 * MB);
    Candidate none = plan(1);
    assertThat(affordable(100 * MB, first, tooMuch, last, none)).containsExactly(first, last);
  }

  @Test
  void floatsCountEightTimes() {
    Candidate codes = plan(5 * MB);
    Candidate floats = plan(5 * MB + 1);
    Candidate more = plan(2 * MB);
    // Above half of the model as given: 40,000,008 bytes.
    assertThat(affordable(10 * MB, codes, floats, more, plan(4 * MB), plan(3 * MB)))
        .containsExactly(codes, floats, more, plan(4 * MB), plan(3 * MB));
    assertThat(affordable(10 * MB, codes, floats, plan(5 * MB + 2), more))
        .containsExactly(codes, floats, more);
  }

  @Test
  void theFirstIsDeflatedHoweverLargeItIs() {
    Candidate answer = plan(500 * MB);
    assertThat(affordable(900 * MB, answer, plan(1))).containsExactly(answer);
  }
}
