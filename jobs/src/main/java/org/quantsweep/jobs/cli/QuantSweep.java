package org.quantsweep.jobs.cli;

import java.io.File;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.quantsweep.UsageException;
import org.quantsweep.UserException;
import org.quantsweep.inference.EngineFaultException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The program. */
@Command(
    name = "quantsweep",
    mixinStandardHelpOptions = true,
    version = "quantsweep 0.1.0",
    description =
        "Finds the smallest quantized Core ML model that still answers like the original.",
    subcommands = {
      DemoCommand.class,
      SweepCommand.class,
      IngestCommand.class,
      QuantizeCommand.class,
      DequantizeCommand.class,
      CompareCommand.class,
      DiffCommand.class,
      PredictCommand.class,
      InspectCommand.class,
      ResultCommand.class,
      ReportCommand.class,
      RegistryCommand.class,
      RehearseCommand.class
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:internal failure, or the machine's: memory is out, a disk or an HDFS is full, a run took"
          + " longer than --run-limit; the same command again may do",
      "2:wrong usage or settings",
      "3:none acceptable (sweep), below the threshold (compare), or different (diff)",
      "4:bad input: model or samples",
      "5:publishing failed"
    })
public final class QuantSweep {
  static final int NONE_ACCEPTABLE = 3;
  private static final int INTERNAL = 1;
  private static final int USAGE = 2;

  /** Runs a command and exits with its code. */
  public static void main(String[] arguments) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    showLogs();
    System.exit(run(out, err, arguments));
  }

  /**
   * Libraries log names as they are. Nothing has been logged yet where the launcher started this
   * program; elsewhere the log follows if its settings say so.
   */
  static void showLogs() {
    System.setErr(ShownBytes.over(System.err, Charset.defaultCharset()));
  }

  /** Runs a command: results go to {@code out}, everything else to {@code err}. */
  static int run(PrintWriter standardOut, PrintWriter standardError, String... arguments) {
    PrintWriter out = new PrintWriter(new ShownText(standardOut), true);
    PrintWriter err = new PrintWriter(new ShownText(standardError), true);
    CommandLine line = new CommandLine(new QuantSweep());
    // Colours are control characters.
    line.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
    line.setOut(out);
    line.setErr(err);
    line.setDefaultValueProvider(new SettingsFile());
    line.registerConverter(InputFile.class, InputFile::of);
    line.registerConverter(Path.class, text -> InputFile.of(text).file());
    line.registerConverter(File.class, text -> InputFile.of(text).file().toFile());
    line.registerConverter(OutputFile.class, OutputFile::new);
    line.setExecutionStrategy(
        parsed -> {
          ParseResult leaf = parsed;
          while (leaf.hasSubcommand()) {
            leaf = leaf.subcommand();
          }
          OptionSpec plugins = leaf.commandSpec().findOption("--plugins");
          List<File> jars = plugins == null ? List.of() : plugins.getValue();
          try {
            if (!jars.isEmpty()) {
              Plugins.load(jars);
            }
          } catch (UserException e) {
            // Thrown from here it would end in picocli's own handler.
            return failed(e, err, false);
          }
          return new CommandLine.RunLast().execute(parsed);
        });
    line.setParameterExceptionHandler(QuantSweep::wrongUsage);
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          boolean trace = List.of(arguments).contains("--stacktrace");
          return failed(failure, err, trace);
        });
    if (arguments.length == 0) {
      line.usage(err);
      return USAGE;
    }
    try {
      return line.execute(arguments);
    } catch (UserException | EngineFaultException | LinkageError | OutOfMemoryError e) {
      // Errors pass picocli's own handler: a broken class path ends here, and memory that is out.
      return failed(e, err, List.of(arguments).contains("--stacktrace"));
    } finally {
      out.flush();
      err.flush();
    }
  }

  private static int wrongUsage(ParameterException failure, String[] arguments) {
    CommandLine command = failure.getCommandLine();
    if (failure.getCause() instanceof UserException user) {
      return failed(user, command.getErr(), false);
    }
    Optional<UsageException> missing = MissingFileSystem.of(failure);
    if (missing.isPresent()) {
      return failed(missing.get(), command.getErr(), false);
    }
    command.getErr().println(failure.getMessage());
    CommandLine.UnmatchedArgumentException.printSuggestions(failure, command.getErr());
    command
        .getErr()
        .println("Maybe look at " + command.getCommandSpec().qualifiedName() + " --help.");
    return USAGE;
  }

  static int failed(Throwable failure, PrintWriter err, boolean trace) {
    if (trace) {
      failure.printStackTrace(err);
    }
    if (isEnding()) {
      // Spark ends with the program, under whatever still ran.
      err.println("ended by a signal before it was through");
      err.println("Maybe give the same command again: a sweep continues from what it has stored.");
      return INTERNAL;
    }
    if (FullDisk.isIn(failure)) {
      err.println(FullDisk.told(failure));
      return INTERNAL;
    }
    Throwable told = MissingFileSystem.of(failure).map(Throwable.class::cast).orElse(failure);
    for (Throwable cause = told; cause != null; cause = cause.getCause()) {
      if (cause instanceof UserException user) {
        err.println(user.getMessage());
        return user.exitCode();
      }
      if (cause instanceof EngineFaultException) {
        err.println(cause.getMessage());
        return INTERNAL;
      }
      if (cause instanceof OutOfMemoryError) {
        err.println("memory is out: " + cause.getMessage());
        long megabytes = Runtime.getRuntime().maxMemory() >> 20;
        err.println(
            "Maybe give it more than the "
                + megabytes
                + " MB of its heap, for example with QUANTSWEEP_JAVA_OPTIONS=-Xmx"
                + 2 * megabytes
                + "m.");
        return INTERNAL;
      }
    }
    err.println("internal failure: " + failure);
    err.println("Maybe run again with --stacktrace and report what it prints.");
    return INTERNAL;
  }

  /** Whether this program has been told to end, and does so whatever we answer. */
  private static boolean isEnding() {
    Thread nothing = new Thread(() -> {});
    try {
      Runtime.getRuntime().addShutdownHook(nothing);
      return !Runtime.getRuntime().removeShutdownHook(nothing);
    } catch (IllegalStateException e) {
      return true;
    }
  }
}
