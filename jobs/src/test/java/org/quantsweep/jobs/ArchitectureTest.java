package org.quantsweep.jobs;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The package table of ARCHITECTURE.md. */
@AnalyzeClasses(
    packages = "org.quantsweep",
    importOptions = {ImportOption.DoNotIncludeTests.class, NoGeneratedMessages.class})
class ArchitectureTest {
  private static final String ROOT = "org.quantsweep.";

  @ArchTest
  static final ArchRule NOBODY_USES_JOBS =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + "jobs..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(ROOT + "jobs..");

  @ArchTest
  static final ArchRule PACKAGES_USE_ONLY_THOSE_ABOVE =
      layeredArchitecture()
          .consideringOnlyDependenciesInAnyPackage(ROOT + "..")
          .layer("quantize")
          .definedBy(ROOT + "quantize..")
          .layer("coreml")
          .definedBy(ROOT + "coreml..")
          .layer("encode")
          .definedBy(ROOT + "encode..")
          .layer("inference")
          .definedBy(ROOT + "inference..")
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
          .layer("datasets")
          .definedBy(ROOT + "datasets..")
          .layer("jobs")
          .definedBy(ROOT + "jobs..")
          .whereLayer("quantize")
          .mayOnlyBeAccessedByLayers("coreml", "encode", "search", "jobs")
          .whereLayer("coreml")
          .mayOnlyBeAccessedByLayers("encode", "inference", "sweep", "search", "jobs")
          .whereLayer("encode")
          .mayOnlyBeAccessedByLayers("sweep", "search", "jobs")
          .whereLayer("inference")
          .mayOnlyBeAccessedByLayers("agreement", "sweep", "search", "jobs")
          .whereLayer("agreement")
          .mayOnlyBeAccessedByLayers("sweep", "search", "report", "jobs")
          .whereLayer("sweep")
          .mayOnlyBeAccessedByLayers("search", "jobs")
          .whereLayer("search")
          .mayOnlyBeAccessedByLayers("report", "jobs")
          .whereLayer("registry")
          .mayOnlyBeAccessedByLayers("report", "jobs")
          .whereLayer("report")
          .mayOnlyBeAccessedByLayers("jobs")
          .whereLayer("datasets")
          .mayOnlyBeAccessedByLayers("jobs");

  @ArchTest
  static final ArchRule CORE_ML_MESSAGES_STAY_WITH_THEIR_READERS =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              ROOT + "coreml..", ROOT + "encode..", ROOT + "inference.onnx..", ROOT + "proto..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(ROOT + "proto.coreml..");

  @ArchTest
  static final ArchRule ONNX_MESSAGES_STAY_WITH_THE_LOWERING =
      noClasses()
          .that()
          .resideOutsideOfPackages(ROOT + "inference.onnx..", ROOT + "proto..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(ROOT + "proto.onnx..");

  @ArchTest
  static final ArchRule ONNX_RUNTIME_HAS_ONE_USER =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + "inference.onnxruntime..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ai.onnxruntime..");

  @ArchTest
  static final ArchRule SPARK_STAYS_IN_TABLES_AND_JOBS =
      noClasses()
          .that()
          .resideOutsideOfPackages(ROOT + "datasets.table..", ROOT + "jobs..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.spark..", "io.delta..");
}
