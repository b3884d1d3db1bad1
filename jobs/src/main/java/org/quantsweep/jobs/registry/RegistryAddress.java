package org.quantsweep.jobs.registry;

import org.quantsweep.UsageException;
import org.quantsweep.registry.ModelName;

/** {@code REGISTRY/NAME}: a folder and a model name in it. */
public record RegistryAddress(String registry, ModelName name) {
  /**
   * Reads an address.
   *
   * @throws UsageException when it has no name
   */
  public static RegistryAddress parse(String text) {
    int slash = text.lastIndexOf('/');
    if (slash <= 0 || slash == text.length() - 1) {
      throw new UsageException(
          "registry address ("
              + text
              + ") must be REGISTRY/NAME: a folder and a model name in it.\nMaybe write "
              + (slash == text.length() - 1 ? text + "my-model" : "registry/" + text)
              + ".");
    }
    return new RegistryAddress(text.substring(0, slash), new ModelName(text.substring(slash + 1)));
  }
}
