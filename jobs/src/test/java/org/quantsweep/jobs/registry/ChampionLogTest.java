package org.quantsweep.jobs.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.quantsweep.registry.ChampionChange;

class ChampionLogTest {
  private final TreeMap<String, String> tags = new TreeMap<>();

  @Test
  void aMoveHasHappenedWhenItsAliasHasMoved() throws MlflowFailure {
    tags.put("quantsweep.champion.000001", move("promote", 1, 0));
    tags.put("quantsweep.champion.000002", move("promote", 2, 1));
    assertThat(ChampionLog.of(tags, 2).history()).containsExactly(promote(1), promote(2));
    ChampionLog before = ChampionLog.of(tags, 1);
    assertThat(before.history()).containsExactly(promote(1));
    // The next move takes its place.
    assertThat(before.next(promote(3), "token"))
        .isEqualTo(new ChampionLog.Move(2, promote(3), 1, "token"));
    tags.remove("quantsweep.champion.000002");
    assertThat(ChampionLog.of(tags, 0).history()).isEmpty();
  }

  @Test
  void whatOthersMovedCountsAsAPromotion() throws MlflowFailure {
    tags.put("quantsweep.champion.000001", move("promote", 1, 0));
    tags.put("quantsweep.champion.000002", move("rollback", 1, 4));
    tags.put("quantsweep.other", "no move");
    assertThat(ChampionLog.of(tags, 5).history())
        .containsExactly(
            promote(1),
            promote(4),
            new ChampionChange(ChampionChange.Action.ROLLBACK, 1),
            promote(5));
  }

  @Test
  void aRollbackToWhatNeverStoodThereCountsAsAPromotion() throws MlflowFailure {
    tags.put("quantsweep.champion.000001", move("rollback", 7, 0));
    assertThat(ChampionLog.of(tags, 7).history()).containsExactly(promote(7));
  }

  @Test
  void aTagThatIsNoMoveIsSaid() {
    for (String value : new String[] {"", "{}", "[1", "{\"action\": \"promote\"}"}) {
      tags.put("quantsweep.champion.000001", value);
      assertThatThrownBy(() -> ChampionLog.of(tags, 1))
          .isInstanceOf(MlflowFailure.class)
          .hasMessage(
              "the tag 'quantsweep.champion.000001' of the model is not a move of the champion");
    }
  }

  private static ChampionChange promote(int version) {
    return new ChampionChange(ChampionChange.Action.PROMOTE, version);
  }

  private static String move(String action, int version, int from) {
    return "{\"action\": \"" + action + "\", \"version\": " + version + ", \"from\": " + from + "}";
  }
}
