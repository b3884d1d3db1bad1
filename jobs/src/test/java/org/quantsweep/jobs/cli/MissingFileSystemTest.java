package org.quantsweep.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.apache.hadoop.util.VersionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quantsweep.testing.SharedData;

/** Addresses whose connector is not on the class path, from the command line. */
class MissingFileSystemTest {

  @ParameterizedTest
  @CsvSource({
    "s3a, hadoop-aws",
    "abfs, hadoop-azure",
    "abfss, hadoop-azure",
    "wasb, hadoop-azure",
    "wasbs, hadoop-azure",
    "adl, hadoop-azure-datalake",
    "oss, hadoop-aliyun",
    "cosn, hadoop-cos"
  })
  void namesTheLibraryThatBringsAScheme(String scheme, String library) {
    String told =
        "://: no file system is known here for such addresses, since its library is not on the"
            + " class path.\nMaybe run the jar with spark-submit --packages org.apache.hadoop:"
            + library
            + ":"
            + VersionInfo.getVersion()
            + ".\n";
    assertThat(run("inspect", scheme + "://bucket/net.mlmodel")).isEqualTo("2\n" + scheme + told);
  }

  @Test
  void namesGooglesConnectorAndTheNameThatHadoopHasForS3() {
    assertThat(run("inspect", "gs://bucket/net.mlmodel"))
        .isEqualTo(
            "2\ngs://: no file system is known here for such addresses, since its library is not"
                + " on the class path.\nMaybe run the jar with spark-submit --packages"
                + " com.google.cloud.bigdataoss:gcs-connector:hadoop3-2.2.26.\n");
    assertThat(run("inspect", "s3://bucket/net.mlmodel"))
        .isEqualTo(
            "2\ns3://: no file system is known here for such addresses, since its library is not"
                + " on the class path.\nMaybe write s3a:// instead, which is what Hadoop calls"
                + " it.\n");
    assertThat(run("inspect", "foo://bucket/net.mlmodel"))
        .isEqualTo(
            "2\nfoo://: no file system is known here for such addresses, since its library is not"
                + " on the class path.\nMaybe check the address, or bring the jar of its file"
                + " system with spark-submit --jars.\n");
  }

  @ParameterizedTest
  @CsvSource({"s3a", "gs", "foo"})
  void aWrittenFileAndARegistryAreToldTheSame(String scheme) {
    String model = SharedData.path("models/mnistCNN.mlmodel").toString();
    String told = "2\n" + scheme + "://: no file system is known here for such addresses";
    assertThat(
            run(
                "quantize",
                model,
                "--scheme",
                "half",
                "--output",
                scheme + "://bucket/out.mlmodel"))
        .startsWith(told);
    assertThat(run("registry", "list", scheme + "://bucket/registry")).startsWith(told);
  }

  /** The exit code in the first line, then what the command says. */
  private static String run(String... arguments) {
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said);
    int code = QuantSweep.run(out, out, arguments);
    return code + "\n" + said.toString().replace("\r", "");
  }
}
