package org.quantsweep.jobs.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quantsweep.UsageException;
import org.quantsweep.registry.ModelName;

class RegistryAddressTest {
  @Test
  void theNameIsTheLastSegment() {
    assertThat(RegistryAddress.parse("/data/registry/net"))
        .isEqualTo(new RegistryAddress("/data/registry", new ModelName("net")));
    assertThat(RegistryAddress.parse("hdfs://host/registry/net"))
        .isEqualTo(new RegistryAddress("hdfs://host/registry", new ModelName("net")));
    assertThat(RegistryAddress.parse("mlflow+http://127.0.0.1:5000/net"))
        .isEqualTo(new RegistryAddress("mlflow+http://127.0.0.1:5000", new ModelName("net")));
    assertThat(RegistryAddress.parse("mlflow+https://host/mlflow//net"))
        .isEqualTo(new RegistryAddress("mlflow+https://host/mlflow", new ModelName("net")));
  }

  @Test
  void theSchemeChoosesTheRegistry() {
    Configuration configuration = new Configuration();
    assertThat(RegistryAddress.parse("registry/net").open(configuration))
        .isInstanceOf(HadoopModelRegistry.class);
    assertThat(RegistryAddress.parse("mlflow+http://127.0.0.1:5000/net").open(configuration))
        .isInstanceOf(MlflowModelRegistry.class);
  }

  @Test
  void anAddressWithoutANameIsRefused() {
    assertThatThrownBy(() -> RegistryAddress.parse("mlflow+http://127.0.0.1:5000"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "registry address (mlflow+http://127.0.0.1:5000) must be REGISTRY/NAME: a folder or"
                + " mlflow+http://HOST:PORT, and a model name in it.\nMaybe write"
                + " mlflow+http://127.0.0.1:5000/my-model.");
    assertThatThrownBy(() -> RegistryAddress.parse("registry/"))
        .isInstanceOf(UsageException.class)
        .hasMessageEndingWith("Maybe write registry/my-model.");
    assertThatThrownBy(() -> RegistryAddress.parse("net"))
        .isInstanceOf(UsageException.class)
        .hasMessageEndingWith("Maybe write registry/net.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"mlflow+ftp://host/net", "mlflow+http:///net", "mlflow+http://a b/net"})
  void whatIsNoMlflowAddressIsRefused(String text) {
    String registry = text.substring(0, text.length() - 4);
    assertThatThrownBy(() -> RegistryAddress.open(registry, new Configuration()))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "registry address ("
                + registry
                + "): an MLflow address is mlflow+http://HOST:PORT or mlflow+https://HOST/PREFIX.\n"
                + "Maybe write mlflow+http://127.0.0.1:5000.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mlflow+http://ann:s3cret@host:5000/net",
        "mlflow+http://ann:s3cret@host:5000",
        "mlflow+http://ann:s3/cret@host",
        "mlflow+http://host/net?token=s3cret",
        "mlflow+http://host/net#s3cret",
      })
  void credentialsInAnAddressAreRefusedAndNotRepeated(String text) {
    String message =
        "registry address (not shown): an MLflow address has no user, no password, no '?' and no"
            + " '#': it is written into results and logs.\nMaybe set MLFLOW_TRACKING_USERNAME and"
            + " MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN.";
    assertThatThrownBy(() -> RegistryAddress.parse(text))
        .isInstanceOf(UsageException.class)
        .hasMessage(message);
    assertThatThrownBy(() -> RegistryAddress.open(text, new Configuration()))
        .isInstanceOf(UsageException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"models:/x", "models://x", "models:/x/3", "models:/x@champion"})
  void anMlflowModelUriIsToldTheFormThatIsWanted(String text) {
    assertThatThrownBy(() -> RegistryAddress.parse(text))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "registry address ("
                + text
                + "): this is how MLflow's clients name a model, and says nothing of the server.\n"
                + "Maybe write mlflow+http://HOST:PORT/x.");
  }

  @Test
  void aPlainHttpAddressIsNoRegistry() {
    assertThatThrownBy(() -> RegistryAddress.parse("http://ann:s3cret@127.0.0.1:5000/net"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "registry address: http is no file system, and no registry is known to answer there.\n"
                + "Maybe write mlflow+http:// for an MLflow server.");
  }
}
