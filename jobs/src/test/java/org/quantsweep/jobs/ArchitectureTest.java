package org.quantsweep.jobs;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.quantsweep.coreml.ModelFormat;

/** The package table of ARCHITECTURE.md. */
class ArchitectureTest {
  private static final String ROOT = "org.quantsweep";

  /** What each package may use, by its name below the root; each names rows above its own only. */
  private static final Map<String, Set<String>> TABLE = table();

  private static Map<String, Set<String>> table() {
    Map<String, Set<String>> table = new LinkedHashMap<>();
    row(table, "", "");
    row(table, "tensor", "");
    row(table, "digest", "");
    row(table, "artifact", "digest");
    row(table, "sample", "digest tensor");
    row(table, "linalg", "");
    row(table, "quantize", "tensor");
    row(table, "proto.coreml", "");
    row(table, "proto.mil", "");
    row(table, "proto.onnx", "");
    row(table, "coreml", "artifact digest quantize sample tensor");
    row(table, "coreml.neuralnetwork", "artifact coreml digest proto.coreml quantize tensor");
    row(table, "coreml.mlprogram", "artifact coreml digest proto.coreml proto.mil quantize tensor");
    row(
        table,
        "coreml.file",
        "artifact coreml coreml.mlprogram coreml.neuralnetwork digest proto.coreml proto.mil sample"
            + " tensor");
    row(table, "encode", "artifact coreml digest quantize tensor");
    row(table, "difference", "coreml sample tensor");
    row(table, "inference", "coreml sample tensor");
    row(table, "inference.onnx", "coreml proto.onnx tensor");
    row(
        table,
        "inference.onnx.network",
        "coreml coreml.neuralnetwork inference.onnx proto.coreml sample tensor");
    row(
        table,
        "inference.onnx.program",
        "coreml coreml.mlprogram inference.onnx quantize sample tensor");
    row(
        table,
        "inference.run",
        "coreml coreml.mlprogram coreml.neuralnetwork inference inference.onnx"
            + " inference.onnx.network inference.onnx.program sample tensor");
    row(table, "inference.onnxruntime", "inference.onnx inference.run tensor");
    row(table, "inference.engine", "inference inference.onnx inference.onnxruntime inference.run");
    row(table, "calibration", "coreml digest linalg quantize tensor");
    row(table, "agreement", "inference tensor");
    row(
        table,
        "sweep",
        "agreement artifact calibration coreml coreml.file digest inference quantize sample"
            + " tensor");
    row(table, "search", "agreement artifact digest encode quantize sample sweep tensor");
    row(table, "registry", "artifact digest");
    row(table, "report", "agreement digest");
    row(table, "report.bundle", "");
    row(table, "report.picture", "tensor");
    row(
        table,
        "job",
        "agreement artifact calibration coreml coreml.file digest encode inference quantize report"
            + " report.bundle report.picture sample search sweep tensor");
    row(table, "datasets.numpy", "sample tensor");
    row(table, "datasets.picture", "digest sample tensor");
    row(table, "datasets", "datasets.numpy datasets.picture digest sample tensor");
    row(table, "datasets.table", "datasets datasets.numpy datasets.picture digest sample tensor");
    row(table, "jobs.files", "artifact digest");
    row(table, "jobs.page", "agreement digest report report.bundle");
    row(
        table,
        "jobs.guard",
        "artifact coreml coreml.file inference inference.engine inference.onnx inference.run"
            + " jobs.files tensor");
    row(
        table,
        "jobs.spark",
        "agreement artifact calibration coreml coreml.file datasets.table digest inference"
            + " jobs.files quantize sample sweep tensor");
    row(
        table,
        "jobs.sweep",
        "artifact calibration datasets datasets.table digest inference inference.engine job"
            + " jobs.files jobs.guard jobs.page jobs.spark report report.bundle report.picture"
            + " sample search sweep");
    row(
        table,
        "jobs.registry",
        "artifact digest inference inference.engine jobs.files jobs.page jobs.sweep registry report"
            + " report.bundle");
    row(
        table,
        "jobs.cli",
        "agreement artifact calibration coreml coreml.file datasets datasets.numpy datasets.picture"
            + " datasets.table difference digest encode inference inference.engine inference.onnx"
            + " job jobs.files jobs.guard jobs.page jobs.registry jobs.spark jobs.sweep quantize"
            + " registry report report.bundle sample search sweep tensor");
    return table;
  }

  private static void row(Map<String, Set<String>> table, String name, String used) {
    Set<String> names = new TreeSet<>(used.isEmpty() ? List.of() : List.of(used.split(" ")));
    if (!name.isEmpty()) {
      names.add("");
    }
    table.put(name, names);
  }

  private static String full(String name) {
    return name.isEmpty() ? ROOT : ROOT + "." + name;
  }

  @Test
  void everyRowUsesOnlyRowsAboveIt() {
    List<String> above = new ArrayList<>();
    TABLE.forEach(
        (name, used) -> {
          assertThat(above).as("above '%s'", name).containsAll(used);
          above.add(name);
        });
  }

  @Test
  void everyPackageHasItsRow() {
    Set<String> packages =
        ProductClasses.ALL.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());
    Set<String> rows =
        TABLE.keySet().stream().map(ArchitectureTest::full).collect(Collectors.toSet());
    assertThat(rows).containsAll(packages);
  }

  static List<String> rows() {
    return TABLE.keySet().stream().filter(name -> !name.startsWith("proto")).toList();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void aPackageUsesOnlyWhatItsRowNames(String name) {
    String[] allowed =
        Stream.concat(Stream.of(name), TABLE.get(name).stream())
            .map(ArchitectureTest::full)
            .toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage(full(name))
        .should()
        .dependOnClassesThat(resideInAPackage(ROOT + "..").and(not(resideInAnyPackage(allowed))))
        .check(ProductClasses.ALL);
  }

  /** Libraries with few users, and what else a table of packages cannot say. */
  static List<ArchRule> walls() {
    return List.of(
        onlyIn(
                "com.google.protobuf..",
                "coreml.mlprogram",
                "coreml.neuralnetwork",
                "coreml.file",
                "inference.onnx..")
            .because("Core ML and ONNX messages stay with the formats and their front ends"),
        onlyIn("ai.onnxruntime..", "inference.onnxruntime").because("the engine has one user"),
        onlyIn("com.jcraft.jzlib..", "artifact").because("what deflates has one user"),
        onlyIn("org.nd4j..", "linalg").because("linear algebra has one user"),
        onlyIn("org.bytedeco..", "linalg").because("linear algebra has one user"),
        onlyIn("org.apache.spark..", "datasets.table", "jobs..")
            .because("the core has never heard of Spark"),
        onlyIn("io.delta..", "datasets.table", "jobs..")
            .because("the core has never heard of Delta"),
        onlyIn("org.apache.hadoop..", "datasets.table", "jobs..")
            .because("the core has never heard of Hadoop"),
        onlyIn("gg.jte..", "jobs.page").because("templates have one user"),
        onlyIn("org.eclipse.elk..", "jobs.page").because("the layout of graphs has one user"),
        onlyIn("picocli..", "jobs.cli").because("the command line stays in its package"));
  }

  private static ArchRule onlyIn(String library, String... packages) {
    String[] users = Stream.of(packages).map(ArchitectureTest::full).toArray(String[]::new);
    return noClasses()
        .that()
        .resideOutsideOfPackages(users)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library);
  }

  @ParameterizedTest
  @MethodSource("walls")
  void librariesStayBehindTheirWalls(ArchRule wall) {
    wall.check(ProductClasses.ALL);
  }

  @Test
  void noFormatButTheKnownOnesIsMade() {
    Set<String> formats =
        ProductClasses.ALL.get(ModelFormat.class).getAllSubclasses().stream()
            .map(JavaClass::getSimpleName)
            .collect(Collectors.toSet());
    assertThat(formats).isSubsetOf("NetworkFormat", "ProgramFormat").isNotEmpty();
  }
}
