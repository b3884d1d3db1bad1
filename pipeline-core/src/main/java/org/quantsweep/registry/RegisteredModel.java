package org.quantsweep.registry;

import java.io.Serializable;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A model name with all that was published under it.
 *
 * @param versions ascending by number
 * @param aliases the version that each alias points to; those that point nowhere are left out
 * @param history every move of the champion, oldest first
 */
public record RegisteredModel(
    ModelName name,
    List<PublishedVersion> versions,
    SortedMap<Alias, Integer> aliases,
    List<ChampionChange> history)
    implements Serializable {
  /** Copies the collections. */
  public RegisteredModel {
    versions = List.copyOf(versions);
    aliases = Collections.unmodifiableSortedMap(new TreeMap<>(aliases));
    history = List.copyOf(history);
  }

  /** The version that an alias points to. */
  public Optional<PublishedVersion> at(Alias alias) {
    return Optional.ofNullable(aliases.get(alias)).flatMap(this::version);
  }

  /** The version of a number. */
  public Optional<PublishedVersion> version(int number) {
    return versions.stream().filter(version -> version.version() == number).findFirst();
  }
}
