package org.quantsweep.jobs;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The package table of ARCHITECTURE.md. */
class ArchitectureTest {
  private static final String ROOT = "org.quantsweep.";

  private static final ArchRule NOBODY_USES_JOBS =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + "jobs..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(ROOT + "jobs..");

  private static final ArchRule PACKAGES_USE_ONLY_THOSE_ABOVE =
      layeredArchitecture()
          .consideringOnlyDependenciesInAnyPackage("org.quantsweep..")
          .layer("quantize")
          .definedBy(ROOT + "quantize..")
          .layer("coreml")
          .definedBy(ROOT + "coreml..")
          .layer("encode")
          .definedBy(ROOT + "encode..")
          .layer("inference")
          .definedBy(ROOT + "inference..")
          .layer("linalg")
          .definedBy(ROOT + "linalg..")
          .layer("calibration")
          .definedBy(ROOT + "calibration..")
          .layer("agreement")
          .definedBy(ROOT + "agreement..")
          .layer("sweep")
          .definedBy(ROOT + "sweep..")
          .layer("search")
          .definedBy(ROOT + "search..")
          .layer("registry")
          .definedBy(ROOT + "registry..")
          .layer("report")
          .definedBy(ROOT + "report..")
          .layer("job")
          .definedBy(ROOT + "job..")
          .layer("datasets")
          .definedBy(ROOT + "datasets..")
          .layer("jobs")
          .definedBy(ROOT + "jobs..")
          .whereLayer("quantize")
          .mayOnlyBeAccessedByLayers(
              "coreml", "encode", "calibration", "sweep", "search", "job", "jobs")
          .whereLayer("coreml")
          .mayOnlyBeAccessedByLayers(
              "encode", "inference", "calibration", "sweep", "search", "job", "jobs")
          .whereLayer("encode")
          .mayOnlyBeAccessedByLayers("sweep", "search", "job", "jobs")
          .whereLayer("inference")
          .mayOnlyBeAccessedByLayers("agreement", "calibration", "sweep", "search", "job", "jobs")
          .whereLayer("linalg")
          .mayOnlyBeAccessedByLayers("calibration", "search")
          .whereLayer("calibration")
          .mayOnlyBeAccessedByLayers("sweep", "search", "job", "jobs")
          .whereLayer("agreement")
          .mayOnlyBeAccessedByLayers("sweep", "search", "report", "job", "jobs")
          .whereLayer("sweep")
          .mayOnlyBeAccessedByLayers("search", "job", "jobs")
          .whereLayer("search")
          .mayOnlyBeAccessedByLayers("report", "job", "jobs")
          .whereLayer("registry")
          .mayOnlyBeAccessedByLayers("report", "job", "jobs")
          .whereLayer("report")
          .mayOnlyBeAccessedByLayers("job", "jobs")
          .whereLayer("job")
          .mayOnlyBeAccessedByLayers("jobs")
          .whereLayer("datasets")
          .mayOnlyBeAccessedByLayers("jobs");

  private static final ArchRule INFERENCE_IS_COMPOSED_IN_ONE_PLACE =
      layeredArchitecture()
          .consideringOnlyDependenciesInAnyPackage(
              "org.quantsweep.inference..",
              "org.quantsweep.agreement..",
              "org.quantsweep.calibration..",
              "org.quantsweep.sweep..",
              "org.quantsweep.search..",
              "org.quantsweep.jobs..")
          .layer("onnx")
          .definedBy(ROOT + "inference.onnx")
          .layer("network")
          .definedBy(ROOT + "inference.onnx.network..")
          .layer("run")
          .definedBy(ROOT + "inference.run..")
          .layer("onnxruntime")
          .definedBy(ROOT + "inference.onnxruntime..")
          .layer("engine")
          .definedBy(ROOT + "inference.engine..")
          .layer("jobs")
          .definedBy(ROOT + "jobs..")
          .whereLayer("onnx")
          .mayOnlyBeAccessedByLayers("network", "run", "onnxruntime")
          .whereLayer("network")
          .mayOnlyBeAccessedByLayers("run")
          .whereLayer("run")
          .mayOnlyBeAccessedByLayers("onnxruntime", "engine")
          .whereLayer("onnxruntime")
          .mayOnlyBeAccessedByLayers("engine")
          .whereLayer("engine")
          .mayOnlyBeAccessedByLayers("jobs");

  private static final ArchRule CORE_ML_MESSAGES_STAY_WITH_THEIR_READERS =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              ROOT + "coreml..",
              ROOT + "encode..",
              ROOT + "inference.onnx.network..",
              ROOT + "proto..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(ROOT + "proto.coreml..");

  private static final ArchRule ONNX_MESSAGES_STAY_WITH_THE_LOWERING =
      noClasses()
          .that()
          .resideOutsideOfPackages(ROOT + "inference.onnx", ROOT + "proto..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(ROOT + "proto.onnx..");

  private static final ArchRule ND4J_HAS_ONE_USER =
      noClasses()
          .that()
          .resideOutsideOfPackages(ROOT + "linalg..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.nd4j..", "org.bytedeco..");

  private static final ArchRule ONNX_RUNTIME_HAS_ONE_USER =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + "inference.onnxruntime..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ai.onnxruntime..");

  private static final ArchRule SPARK_STAYS_IN_TABLES_AND_JOBS =
      noClasses()
          .that()
          .resideOutsideOfPackages(ROOT + "datasets.table..", ROOT + "jobs..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.spark..", "io.delta..");

  @Test
  void packagesUseOnlyWhatTheTableAllows() {
    for (ArchRule rule :
        List.of(
            NOBODY_USES_JOBS,
            PACKAGES_USE_ONLY_THOSE_ABOVE,
            INFERENCE_IS_COMPOSED_IN_ONE_PLACE,
            CORE_ML_MESSAGES_STAY_WITH_THEIR_READERS,
            ONNX_MESSAGES_STAY_WITH_THE_LOWERING,
            ND4J_HAS_ONE_USER,
            ONNX_RUNTIME_HAS_ONE_USER,
            SPARK_STAYS_IN_TABLES_AND_JOBS)) {
      rule.check(ProductClasses.ALL);
    }
  }
}
