package org.quantsweep.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The launcher {@code quantsweep} and its archives of classes, in a clone whose jar holds a program
 * of a few lines, which starts in a moment: it prints its arguments, in what characters it reads
 * names, or ends as it is told.
 */
class LauncherTest {
  private static final String PROGRAM =
      """
      package org.quantsweep.jobs.cli;
      public final class QuantSweep {
        public static void main(String[] arguments) {
          if (arguments[0].equals("characters")) {
            System.out.println(System.getProperty("sun.jnu.encoding"));
            return;
          }
          if (arguments[0].equals("memory")) {
            System.out.println(System.getenv("MALLOC_ARENA_MAX") + " "
                + System.getenv("MALLOC_MMAP_THRESHOLD_"));
            return;
          }
          if (arguments[0].equals("predict") && arguments[1].matches("[0-9]+")) {
            System.out.flush();
            Runtime.getRuntime().halt(Integer.parseInt(arguments[1]));
          }
          System.out.println(String.join(" ", arguments));
          if (Boolean.getBoolean("tell")) {
            var machine = java.lang.management.ManagementFactory.getPlatformMXBean(
                com.sun.management.HotSpotDiagnosticMXBean.class);
            for (String flag : new String[] {"TieredStopAtLevel", "UseSerialGC", "UseParallelGC"}) {
              System.out.println(flag + " " + machine.getVMOption(flag).getValue());
            }
          }
        }
      }
      """;

  private static final Map<String, String> WITHOUT_ARCHIVE =
      Map.of("QUANTSWEEP_CLASS_ARCHIVE", "no");

  @TempDir Path home;

  private LauncherClone clone;
  private Path archives;

  /** What a command printed on both streams, its exit code, and where its main class came from. */
  private record Ran(int code, String printed, boolean archived) {}

  @BeforeEach
  void makeClone() throws Exception {
    clone = new LauncherClone(home);
    Files.createDirectories(clone.spark());
    archives = home.resolve("jobs/target/archives");
    makeJar("");
  }

  @Test
  void theSecondCommandMakesTheArchiveAndLaterOnesStartFromIt() throws Exception {
    assertThat(run("inspect", "a b")).isEqualTo(new Ran(0, "inspect a b\n", false));
    assertThat(made()).isEmpty();
    assertThat(run("inspect")).isEqualTo(new Ran(0, "inspect\n", true));
    Path first = onlyOne();
    assertThat(run("inspect")).isEqualTo(new Ran(0, "inspect\n", true));
    assertThat(made()).containsExactly(first);

    // Another jar, whose classes are others.
    makeJar("// changed");
    assertThat(run("inspect")).isEqualTo(new Ran(0, "inspect\n", false));
    assertThat(run("inspect")).isEqualTo(new Ran(0, "inspect\n", true));
    Path second = onlyOne();
    assertThat(second).isNotEqualTo(first);

    // Another JVM: here the same one behind a script.
    Path java = Files.createDirectories(home.resolve("other/bin")).resolve("java");
    Files.writeString(
        java, "#!/bin/sh\nexec '" + System.getProperty("java.home") + "/bin/java' \"$@\"\n");
    Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    Map<String, String> other = Map.of("JAVA_HOME", home.resolve("other").toString());
    assertThat(run(other, "inspect").archived()).isFalse();
    assertThat(run(other, "inspect").archived()).isTrue();
    assertThat(onlyOne()).isNotEqualTo(second);
  }

  @Test
  void aDamagedArchiveIsMadeAnewOrLeftAside() throws Exception {
    run("inspect");
    run("inspect");
    Path whole = onlyOne();
    long size = Files.size(whole);
    assertThat(whole.toFile().setWritable(true)).isTrue();
    try (FileChannel file = FileChannel.open(whole, StandardOpenOption.WRITE)) {
      file.truncate(size / 2);
    }
    assertThat(run("inspect")).isEqualTo(new Ran(0, "inspect\n", false));
    assertThat(run("inspect")).isEqualTo(new Ran(0, "inspect\n", true));
    assertThat(Files.size(onlyOne())).isGreaterThan(size / 2);

    // Of its full size, but not what the JVM expects at its beginning.
    byte[] bytes = Files.readAllBytes(onlyOne());
    for (int i = 0; i < 64; i++) {
      bytes[i] ^= 0x55;
    }
    assertThat(onlyOne().toFile().setWritable(true)).isTrue();
    Files.write(onlyOne(), bytes);
    assertThat(run("inspect")).isEqualTo(new Ran(0, "inspect\n", false));
  }

  @Test
  void whereNoArchiveCanBeMadeCommandsRunWithoutOne() throws Exception {
    // Permissions do not hold for everybody who may run this; a file in the folder's place does.
    Files.createFile(archives);
    for (int i = 0; i < 3; i++) {
      assertThat(run("inspect")).isEqualTo(new Ran(0, "inspect\n", false));
    }
    assertThat(archives).isEmptyFile();
    Files.delete(archives);
    for (int i = 0; i < 3; i++) {
      assertThat(run(WITHOUT_ARCHIVE, "inspect")).isEqualTo(new Ran(0, "inspect\n", false));
    }
    assertThat(archives).doesNotExist();
  }

  @Test
  void twoThatMakeItAtOnceBothRunAndLeaveOne() throws Exception {
    run("inspect");
    List<Process> both = new ArrayList<>();
    for (String name : List.of("one", "two")) {
      both.add(start(Map.of(), home.resolve(name), List.of("inspect", name)));
    }
    for (Process each : both) {
      assertThat(each.waitFor()).isZero();
    }
    assertThat(home.resolve("one")).hasContent("inspect one\n");
    assertThat(home.resolve("two")).hasContent("inspect two\n");
    assertThat(made()).isNotEmpty();
    try (Stream<Path> files = Files.list(archives)) {
      assertThat(files.filter(file -> file.getFileName().toString().startsWith("making-")))
          .isEmpty();
    }
    assertThat(run("inspect")).isEqualTo(new Ran(0, "inspect\n", true));
  }

  /** What ends soon has the first compiler alone, a search over plans has both. */
  @ParameterizedTest
  @CsvSource({
    "inspect m.mlmodel, 8, 1, serial",
    "quantize m.mlmodel --scheme linear:4, 8, 1, serial",
    "predict m.mlmodel, 8, 1, serial",
    "compare a.mlmodel b.mlmodel, 8, 1, serial",
    "demo, 2, 1, serial",
    "demo, 8, 1, parallel",
    "ingest pictures --table t, 2, 1, serial",
    "ingest pictures --table t, 8, 1, parallel",
    "sweep --model m --family uniform, 2, 1, serial",
    "sweep --model m --family=uniform, 8, 1, parallel",
    "sweep --model m --schemes linear:4, 2, 1, serial",
    "sweep --model m --evaluate-all, 2, 1, serial",
    "sweep --model m, 2, 4, parallel",
    "sweep --model m, 8, 4, parallel",
    "sweep --settings s.yaml, 2, 4, parallel",
    "sweep --model m --family per-tensor --schemes linear:4, 2, 4, parallel",
    "sweep --model m --family=per-tensor, 8, 4, parallel"
  })
  void commandsHaveTheCompilersThatPay(String command, int cores, int level, String collector)
      throws Exception {
    Path tools = Files.createDirectories(home.resolve("tools"));
    Path getconf = Files.writeString(tools.resolve("getconf"), "#!/bin/sh\necho " + cores + "\n");
    Files.setPosixFilePermissions(getconf, PosixFilePermissions.fromString("rwxr-xr-x"));
    Map<String, String> environment =
        Map.of(
            "PATH", tools + ":" + System.getenv("PATH"),
            "QUANTSWEEP_JAVA_OPTIONS", "-Dtell=true",
            "QUANTSWEEP_CLASS_ARCHIVE", "no");
    Path printed = home.resolve("printed");
    assertThat(start(environment, printed, List.of(command.split(" "))).waitFor()).isZero();
    assertThat(printed)
        .hasContent(
            command
                + "\nTieredStopAtLevel "
                + level
                + "\nUseSerialGC "
                + collector.equals("serial")
                + "\nUseParallelGC "
                + collector.equals("parallel"));
  }

  /** What the JVM ends with where native code crashes: 128 and the signal's number. */
  @ParameterizedTest
  @ValueSource(ints = {132, 134, 135, 136, 139})
  void aNativeCrashEndsInOneMessage(int code) throws Exception {
    assertThat(run(WITHOUT_ARCHIVE, "predict", Integer.toString(code)))
        .isEqualTo(
            new Ran(
                1,
                "quantsweep: native code has crashed (exit code "
                    + code
                    + "): the engine cannot run this model here.\n"
                    + "Maybe convert the model again with a newer converter, and report it if that"
                    + " does not help.\n",
                false));
  }

  @Test
  void aFullHeapIsToldWithACureThatFitsWhatWasSet() throws Exception {
    assertThat(run(WITHOUT_ARCHIVE, "predict", "52"))
        .isEqualTo(
            new Ran(
                1,
                "quantsweep: memory is out.\n"
                    + "Maybe give it half of the machine's memory (a quarter is the default):"
                    + " QUANTSWEEP_JAVA_OPTIONS=-XX:MaxRAMPercentage=50.\n",
                false));
    Map<String, String> environment = new HashMap<>(WITHOUT_ARCHIVE);
    String logged = "-Xlog:class+load=info:file=" + home.resolve("loaded");
    environment.put("QUANTSWEEP_JAVA_OPTIONS", logged + " -Xmx1g");
    assertThat(run(environment, "predict", "52"))
        .isEqualTo(
            new Ran(
                1,
                "quantsweep: memory is out.\nMaybe set a larger -Xmx in QUANTSWEEP_JAVA_OPTIONS,"
                    + " which is '"
                    + logged
                    + " -Xmx1g'.\n",
                false));
  }

  /** Codes of our own and of signals from outside. */
  @ParameterizedTest
  @CsvSource({"0, 0, ''", "3, 3, ''", "4, 4, ''", "137, 137, ''", "143, 143, ''"})
  void otherEndsAreNoCrash(int code, int told, String printed) throws Exception {
    assertThat(run(WITHOUT_ARCHIVE, "predict", Integer.toString(code)))
        .isEqualTo(new Ran(told, printed, false));
  }

  @Test
  void nativeMemoryOfClosedModelsIsGivenBackUnlessItIsSaidOtherwise() throws Exception {
    assertThat(run(WITHOUT_ARCHIVE, "memory")).isEqualTo(new Ran(0, "2 1048576\n", false));
    Map<String, String> environment = new HashMap<>(WITHOUT_ARCHIVE);
    environment.put("MALLOC_ARENA_MAX", "7");
    assertThat(run(environment, "memory")).isEqualTo(new Ran(0, "7 1048576\n", false));
  }

  /** One that is installed and not of UTF-8 is made here where there is what it takes. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "LC_ALL=C",
        "LC_ALL=POSIX",
        "LC_ALL=",
        "LC_ALL=C.UTF-8",
        "LC_ALL=de_DE.ISO-8859-1",
        "LC_ALL=xx_YY.UTF-8",
        "LC_CTYPE=xx_YY",
        "LANG=de_DE@euro"
      })
  void namesOfFilesHaveAllCharactersInEveryLocale(String setting) throws Exception {
    Map<String, String> environment = new HashMap<>(WITHOUT_ARCHIVE);
    environment.put(setting.replaceFirst("=.*", ""), setting.replaceFirst(".*=", ""));
    assertThat(run(environment, "characters")).isEqualTo(new Ran(0, "UTF-8\n", false));
  }

  @Test
  void namesOfFilesHaveAllCharactersInALocaleOfFew() throws Exception {
    Process made =
        new ProcessBuilder(
                "sh",
                "-c",
                "localedef -i de_DE -f ISO-8859-1 \"$1\"",
                "sh",
                home.resolve("de_few").toString())
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("made").toFile())
            .start();
    assumeThat(made.waitFor()).as(Files.readString(home.resolve("made"))).isZero();
    Map<String, String> environment = new HashMap<>(WITHOUT_ARCHIVE);
    environment.put("LOCPATH", home.toString());
    environment.put("LC_ALL", "de_few");
    assertThat(run(environment, "characters")).isEqualTo(new Ran(0, "UTF-8\n", false));
  }

  private void makeJar(String comment) throws Exception {
    Path source = home.resolve("classes/QuantSweep.java");
    Files.createDirectories(source.getParent());
    Files.writeString(source, PROGRAM + comment);
    int compiled =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-d", source.getParent().toString(), source.toString());
    assertThat(compiled).isZero();
    String name = "org/quantsweep/jobs/cli/QuantSweep.class";
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(clone.jar()))) {
      out.putNextEntry(new JarEntry(name));
      out.write(Files.readAllBytes(source.resolveSibling(name)));
      out.closeEntry();
      if (!comment.isEmpty()) {
        // A size of its own: times of files may be as coarse as seconds.
        out.putNextEntry(new JarEntry("comment"));
        out.write(comment.getBytes(StandardCharsets.UTF_8));
        out.closeEntry();
      }
    }
  }

  private Ran run(String... arguments) throws Exception {
    return run(Map.of(), arguments);
  }

  private Ran run(Map<String, String> environment, String... arguments) throws Exception {
    Path printed = home.resolve("printed");
    Path classes = home.resolve("loaded");
    Files.deleteIfExists(classes);
    int code = start(environment, printed, List.of(arguments)).waitFor();
    return new Ran(
        code,
        Files.readString(printed),
        Files.readString(classes)
            .contains("org.quantsweep.jobs.cli.QuantSweep source: shared objects file (top)"));
  }

  private Process start(Map<String, String> environment, Path printed, List<String> arguments)
      throws IOException {
    Map<String, String> all = new HashMap<>();
    all.put("QUANTSWEEP_JAVA_OPTIONS", "-Xlog:class+load=info:file=" + home.resolve("loaded"));
    all.putAll(environment);
    return clone
        .command(all, arguments)
        .redirectErrorStream(true)
        .redirectOutput(printed.toFile())
        .start();
  }

  private Path onlyOne() throws IOException {
    assertThat(made()).hasSize(1);
    return made().get(0);
  }

  private List<Path> made() throws IOException {
    if (!Files.isDirectory(archives)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(archives)) {
      return files.filter(file -> file.toString().endsWith(".jsa")).toList();
    }
  }
}
