package org.quantsweep.registry;

import java.util.List;
import org.quantsweep.artifact.ModelFiles;

/**
 * Where chosen models are published, under names, in versions. Publishing is atomic and idempotent:
 * readers see a version whole or not at all, and publishing the same digest under the same name
 * twice, or from two places at once, is one version.
 *
 * <p>Every method throws {@link org.quantsweep.UsageException} for a name or version that is not
 * there, and {@link org.quantsweep.PublishingException} when the registry cannot be read or
 * written; readers then see what they saw before, and the same call again completes what was begun.
 */
public interface ModelRegistry {
  /**
   * Publishes a model and moves the alias {@code challenger} to it. A model of this digest that was
   * published under this name before keeps the provenance and evidence of its first time. A model
   * that changed since it was judged is refused.
   */
  PublishedVersion publish(
      ModelName name, NamedModel model, Provenance provenance, List<EvidenceFile> evidence);

  /** Every model, by name ascending. */
  List<RegisteredModel> list();

  /** One model. */
  RegisteredModel show(ModelName name);

  /**
   * What of a model's entries cannot be read, one message for each, with a cure. The other versions
   * can be used all the same.
   */
  default List<String> damages(ModelName name) {
    return List.of();
  }

  /** Where a version comes from. */
  Provenance provenance(ModelName name, int version);

  /** Why a version was chosen, by file name ascending. */
  List<EvidenceFile> evidence(ModelName name, int version);

  /**
   * A version's model: a lone file or a tree, as it was published. Nothing of it is read yet; its
   * content is read from the registry each time that it is opened. It can be serialized, and opens
   * itself in another process that reaches the registry.
   */
  ModelFiles fetch(ModelName name, int version);

  /** Moves {@code champion} to a version; nothing happens when it is there already. */
  PublishedVersion promote(ModelName name, int version);

  /**
   * Returns {@code champion} to the one before.
   *
   * @throws org.quantsweep.UsageException when there was none before
   */
  PublishedVersion rollback(ModelName name);

  /**
   * Returns {@code champion} to an earlier one.
   *
   * @throws org.quantsweep.UsageException when that version never was champion, or is it already,
   *     or was itself rolled back
   */
  PublishedVersion rollback(ModelName name, int version);
}
