package org.quantsweep.jobs.registry;

import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.quantsweep.UsageException;
import org.quantsweep.registry.ModelName;
import org.quantsweep.registry.ModelRegistry;

/**
 * {@code REGISTRY/NAME}: a registry and a model name in it.
 *
 * @param registry a folder on any Hadoop file system, or {@code mlflow+http://HOST:PORT}
 */
public record RegistryAddress(String registry, ModelName name) {
  private static final Pattern MLFLOW_NAME = Pattern.compile("(models|runs|mlflow-artifacts):.*");

  /**
   * Reads an address; sends nothing.
   *
   * @throws UsageException when it has no name, or is no address of a registry
   */
  public static RegistryAddress parse(String text) {
    check(text);
    int slash = text.lastIndexOf('/');
    boolean ofScheme = text.lastIndexOf("://") >= 0 && slash == text.lastIndexOf("://") + 2;
    if (slash <= 0 || slash == text.length() - 1 || ofScheme) {
      throw new UsageException(
          "registry address ("
              + text
              + ") must be REGISTRY/NAME: a folder or mlflow+http://HOST:PORT, and a model name in"
              + " it.\nMaybe write "
              + suggestion(text, slash, ofScheme)
              + ".");
    }
    String registry = text.substring(0, slash);
    if (MlflowAddress.matches(registry)) {
      registry = MlflowAddress.parse(registry).text();
    }
    return new RegistryAddress(registry, new ModelName(text.substring(slash + 1)));
  }

  /** The registry of this address; sends nothing. */
  public ModelRegistry open(Configuration configuration) {
    return open(registry, configuration);
  }

  /**
   * A registry; sends nothing.
   *
   * @throws UsageException when this is no address of a registry
   */
  public static ModelRegistry open(String registry, Configuration configuration) {
    check(registry);
    return MlflowAddress.matches(registry)
        ? new MlflowModelRegistry(registry)
        : new HadoopModelRegistry(registry, configuration);
  }

  private static void check(String text) {
    if (MlflowAddress.matches(text)) {
      MlflowAddress.refuseCredentials(text);
    }
    if (MLFLOW_NAME.matcher(text).matches()) {
      throw new UsageException(
          "registry address ("
              + text
              + "): this is how MLflow's clients name a model, and says nothing of the server.\n"
              + "Maybe write mlflow+http://HOST:PORT/"
              + text.replaceFirst("^\\w+:/*", "").replaceFirst("[/@].*", "")
              + ".");
    }
    if (text.startsWith("http:") || text.startsWith("https:")) {
      throw new UsageException(
          "registry address: http is no file system, and no registry is known to answer there.\n"
              + "Maybe write mlflow+http:// for an MLflow server.");
    }
  }

  private static String suggestion(String text, int slash, boolean ofScheme) {
    if (slash == text.length() - 1) {
      return text + "my-model";
    }
    return ofScheme ? text + "/my-model" : "registry/" + text;
  }
}
