package org.quantsweep.jobs;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import org.junit.jupiter.api.Test;

/** Which packages see each other at all, beside the floors of {@link ArchitectureTest}. */
class DependencyRulesTest {
  private static final String JOBS = "org.quantsweep.jobs.";

  private static final ArchRule NO_CYCLES =
      slices()
          .assignedFrom(
              new SliceAssignment() {
                @Override
                public SliceIdentifier getIdentifierOf(JavaClass type) {
                  return SliceIdentifier.of(type.getPackageName());
                }

                @Override
                public String getDescription() {
                  return "packages";
                }
              })
          .should()
          .beFreeOfCycles();

  private static final ArchRule NOBODY_USES_THE_COMMAND_LINE =
      noClasses()
          .that()
          .resideOutsideOfPackage(JOBS + "cli..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(JOBS + "cli..");

  /** The other direction is wanted: {@code PublishSweep} publishes what a sweep has found. */
  private static final ArchRule SWEEPS_KNOW_NO_REGISTRY =
      noClasses()
          .that()
          .resideInAPackage(JOBS + "sweep..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(JOBS + "registry..");

  private static final ArchRule SPARK_PARTS_KNOW_NO_JOB =
      noClasses()
          .that()
          .resideInAPackage(JOBS + "spark..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(JOBS + "sweep..", JOBS + "registry..");

  @Test
  void noPackagesNeedEachOther() {
    NO_CYCLES.check(ProductClasses.ALL);
  }

  @Test
  void nobodyUsesTheCommandLine() {
    NOBODY_USES_THE_COMMAND_LINE.check(ProductClasses.ALL);
  }

  @Test
  void sweepsKnowNoRegistry() {
    SWEEPS_KNOW_NO_REGISTRY.check(ProductClasses.ALL);
  }

  @Test
  void sparkPartsKnowNoJob() {
    SPARK_PARTS_KNOW_NO_JOB.check(ProductClasses.ALL);
  }
}
