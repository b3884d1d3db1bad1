package org.quantsweep.jobs.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.registry.ChampionChange;

/**
 * The moves of a champion in MLflow: tags {@code quantsweep.champion.000001} and on of the
 * registered model, each written before its alias is moved. The alias decides. A last move whose
 * alias still stands where it began has not happened, and the next move takes its place; an alias
 * that stands elsewhere was moved by somebody else, which counts as a promotion.
 *
 * @param moves oldest first, all of which have happened
 * @param champion where the alias stands; 0 for nowhere
 */
record ChampionLog(List<Move> moves, int champion) {
  private static final String PREFIX = "quantsweep.champion.";
  private static final ObjectMapper JSON = new ObjectMapper();

  ChampionLog {
    moves = List.copyOf(moves);
  }

  /**
   * A move as it is kept.
   *
   * @param number 1 for the first
   * @param from where the champion stood; 0 for nowhere
   * @param token chosen at random: tells two racing moves from each other
   */
  record Move(int number, ChampionChange change, int from, String token) {
    String key() {
      return String.format(Locale.ROOT, "%s%06d", PREFIX, number);
    }

    String value() {
      return JSON.createObjectNode()
          .put("action", change.action().toString())
          .put("version", change.version())
          .put("from", from)
          .put("token", token)
          .toString();
    }
  }

  /**
   * Reads the tags of a registered model.
   *
   * @throws MlflowFailure when one of ours is not as we write them
   */
  static ChampionLog of(SortedMap<String, String> tags, int champion) throws MlflowFailure {
    List<Move> moves = new ArrayList<>();
    for (var tag : tags.tailMap(PREFIX).entrySet()) {
      if (!tag.getKey().startsWith(PREFIX)) {
        break;
      }
      moves.add(move(tag.getKey(), tag.getValue()));
    }
    if (!moves.isEmpty()) {
      Move last = moves.get(moves.size() - 1);
      if (last.change().version() != champion && last.from() == champion) {
        moves.remove(moves.size() - 1);
      }
    }
    return new ChampionLog(moves, champion);
  }

  /** What has happened, with what others did in between. */
  List<ChampionChange> history() {
    List<ChampionChange> history = new ArrayList<>();
    int stands = 0;
    for (Move move : moves) {
      addForeign(history, stands, move.from());
      List<Integer> standing = ChampionChange.standing(history);
      boolean returns = standing.lastIndexOf(move.change().version()) > 0;
      // A rollback to what is not below would leave no champion; others moved it there.
      history.add(
          move.change().action() == ChampionChange.Action.ROLLBACK && !returns
              ? new ChampionChange(ChampionChange.Action.PROMOTE, move.change().version())
              : move.change());
      stands = move.change().version();
    }
    addForeign(history, stands, champion);
    return history;
  }

  /** The tag of the next move. */
  Move next(ChampionChange change, String token) {
    int last = moves.isEmpty() ? 0 : moves.get(moves.size() - 1).number();
    return new Move(last + 1, change, champion, token);
  }

  private static void addForeign(List<ChampionChange> history, int known, int found) {
    if (found != 0 && found != known) {
      history.add(new ChampionChange(ChampionChange.Action.PROMOTE, found));
    }
  }

  private static Move move(String key, String value) throws MlflowFailure {
    try {
      JsonNode node = JSON.readTree(value);
      Optional<ChampionChange.Action> action = Optional.empty();
      for (ChampionChange.Action each : ChampionChange.Action.values()) {
        if (each.toString().equals(node.path("action").asText())) {
          action = Optional.of(each);
        }
      }
      int version = node.path("version").asInt();
      if (action.isPresent() && version >= 1) {
        return new Move(
            Integer.parseInt(key.substring(PREFIX.length())),
            new ChampionChange(action.get(), version),
            node.path("from").asInt(),
            node.path("token").asText());
      }
    } catch (JsonProcessingException | NumberFormatException e) {
      // Told below.
    }
    throw new MlflowFailure(
        "the tag '" + key + "' of the model is not a move of the champion",
        "delete that tag in MLflow: somebody changed it.");
  }

  static SortedMap<String, String> tags(JsonNode owner) {
    TreeMap<String, String> tags = new TreeMap<>();
    for (JsonNode tag : owner.path("tags")) {
      tags.put(tag.path("key").asText(), tag.path("value").asText());
    }
    return tags;
  }
}
