package org.quantsweep.registry;

import java.util.List;
import java.util.stream.Collectors;
import org.quantsweep.UsageException;

/** What every registry says in the same words, and decides by the same rule. */
public final class RegistryMessages {
  private RegistryMessages() {}

  /** No model of that name. */
  public static UsageException unknownName(String registry, ModelName name, List<ModelName> known) {
    return new UsageException(
        registry
            + ": has no model '"
            + name
            + "'.\nMaybe "
            + (known.isEmpty()
                ? "publish one first: it is empty."
                : "one of "
                    + known.stream().map(ModelName::text).collect(Collectors.joining(", "))
                    + "."));
  }

  /** No version of that number. */
  public static UsageException unknownVersion(String registry, RegisteredModel model, int version) {
    return new UsageException(
        registry
            + ": model '"
            + model.name()
            + "' has no version "
            + version
            + ".\nMaybe one of "
            + model.versions().stream()
                .map(known -> Integer.toString(known.version()))
                .collect(Collectors.joining(", "))
            + ".");
  }

  /**
   * The version that rolling back returns to.
   *
   * @throws UsageException when there is none before
   */
  public static int rollbackTarget(String registry, RegisteredModel model) {
    List<Integer> standing = ChampionChange.standing(model.history());
    if (standing.size() < 2) {
      throw new UsageException(
          registry
              + ": model '"
              + model.name()
              + "' has no champion to return to: "
              + (standing.isEmpty()
                  ? "none was promoted."
                  : "version " + standing.get(0) + " was the first.")
              + "\nMaybe promote another version.");
    }
    return standing.get(1);
  }

  /**
   * Checks that rolling back can return to a version.
   *
   * @throws UsageException when it is not among the champions before the present one
   */
  public static void checkRollback(String registry, RegisteredModel model, int version) {
    List<Integer> standing = ChampionChange.standing(model.history());
    List<Integer> before = standing.isEmpty() ? standing : standing.subList(1, standing.size());
    if (!before.contains(version)) {
      throw new UsageException(
          registry
              + ": version "
              + version
              + " of model '"
              + model.name()
              + "' is not among the champions before the present one "
              + before
              + ".\nMaybe promote it.");
    }
  }
}
