package org.quantsweep.jobs;

import static com.tngtech.archunit.lang.conditions.ArchConditions.beFinal;
import static com.tngtech.archunit.lang.conditions.ArchConditions.bePrivate;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.nio.Buffer;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * No state lasts as long as the process, and nobody but the command line talks to the process's
 * streams or ends it.
 */
class StateRulesTest {
  private static final String CACHE = "org.quantsweep.jobs.spark.ExecutorCache";

  /** A program of its own, in another process. */
  private static final String CHILD = "org.quantsweep.jobs.guard.GuardedRun";

  /** What holds state by its type alone. */
  private static final List<Class<?>> MUTABLE =
      List.of(
          Buffer.class,
          BitSet.class,
          ConcurrentMap.class,
          Queue.class,
          Random.class,
          StringBuilder.class,
          ThreadLocal.class);

  private static final DescribedPredicate<JavaField> STATIC =
      DescribedPredicate.describe(
          "static fields of ours",
          field ->
              field.getModifiers().contains(JavaModifier.STATIC)
                  && !field.getModifiers().contains(JavaModifier.SYNTHETIC));

  private static final ArchRule STATICS_ARE_FINAL = fields().that(STATIC).should(beFinal());

  private static final ArchRule STATIC_ARRAYS_ARE_PRIVATE =
      fields()
          .that(STATIC)
          .and(
              DescribedPredicate.describe(
                  "that are arrays", (JavaField field) -> field.getRawType().isArray()))
          .should(bePrivate())
          .because("whoever sees an array can change it");

  private static final ArchRule STATICS_HOLD_NO_STATE =
      fields()
          .that(STATIC)
          .should(
              new ArchCondition<>("be constants") {
                @Override
                public void check(JavaField field, ConditionEvents events) {
                  // The two caches of an executor: Spark gives tasks no other place that lasts.
                  boolean cache =
                      field.getOwner().getName().equals(CACHE)
                          && field.getRawType().getName().equals(CACHE);
                  if (!cache && holdsState(field.getRawType())) {
                    events.add(
                        SimpleConditionEvent.violated(
                            field, field.getFullName() + " holds state of the whole process"));
                  }
                }
              });

  private static final ArchRule STATIC_COLLECTIONS_ARE_UNMODIFIABLE =
      fields()
          .that(STATIC)
          .should(
              new ArchCondition<>("not be filled collections that can be filled further") {
                @Override
                public void check(JavaField field, ConditionEvents events) {
                  JavaClass type = field.getRawType();
                  boolean collection =
                      type.isAssignableTo(Collection.class) || type.isAssignableTo(Map.class);
                  boolean made =
                      field.getOwner().getStaticInitializer().stream()
                          .anyMatch(StateRulesTest::makesCollections);
                  if (collection && made) {
                    events.add(
                        SimpleConditionEvent.violated(
                            field,
                            field.getFullName()
                                + ": a modifiable collection is made where it is set"));
                  }
                }
              });

  private static final ArchRule ONLY_THE_COMMAND_LINE_TALKS_AND_EXITS =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.quantsweep.jobs.cli..")
          .and()
          .doNotHaveFullyQualifiedName(CHILD)
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err")
          .orShould()
          .callMethod(System.class, "exit", int.class)
          .orShould()
          .callMethodWhere(
              DescribedPredicate.describe(
                  "it ends the process or prints a stack trace",
                  call ->
                      call.getTarget().getName().equals("printStackTrace")
                          || (call.getTarget().getOwner().isEquivalentTo(Runtime.class)
                              && List.of("exit", "halt").contains(call.getTarget().getName()))));

  @Test
  void staticFieldsAreFinal() {
    STATICS_ARE_FINAL.check(ProductClasses.ALL);
  }

  @Test
  void nobodyElseSeesAStaticArray() {
    STATIC_ARRAYS_ARE_PRIVATE.check(ProductClasses.ALL);
  }

  @Test
  void staticFieldsHoldNoState() {
    STATICS_HOLD_NO_STATE.check(ProductClasses.ALL);
  }

  @Test
  void staticCollectionsAreUnmodifiable() {
    STATIC_COLLECTIONS_ARE_UNMODIFIABLE.check(ProductClasses.ALL);
  }

  @Test
  void onlyTheCommandLineUsesTheStreamsOfTheProcessAndEndsIt() {
    ONLY_THE_COMMAND_LINE_TALKS_AND_EXITS.check(ProductClasses.ALL);
  }

  private static boolean holdsState(JavaClass type) {
    if (MUTABLE.stream().anyMatch(type::isAssignableTo)
        || type.getPackageName().equals("java.util.concurrent.atomic")) {
      return true;
    }
    if (type.getPackageName().startsWith("java.util") && isCollection(type)) {
      return !type.isInterface();
    }
    return type.getPackageName().startsWith("org.quantsweep")
        && !type.isRecord()
        && !type.isEnum()
        && (hasChangingFields(type)
            || type.getConstructors().stream().anyMatch(StateRulesTest::makesCollections));
  }

  private static boolean hasChangingFields(JavaClass type) {
    return type.getAllFields().stream()
        .anyMatch(
            field ->
                !field.getModifiers().contains(JavaModifier.STATIC)
                    && (!field.getModifiers().contains(JavaModifier.FINAL)
                        || MUTABLE.stream().anyMatch(field.getRawType()::isAssignableTo)));
  }

  private static boolean makesCollections(JavaCodeUnit unit) {
    return unit.getConstructorCallsFromSelf().stream()
        .map(call -> call.getTarget().getOwner())
        .anyMatch(made -> made.getPackageName().startsWith("java.util") && isCollection(made));
  }

  private static boolean isCollection(JavaClass type) {
    return Stream.of(Collection.class, Map.class).anyMatch(type::isAssignableTo);
  }
}
