package org.quantsweep.jobs.page;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.quantsweep.BadInputException;
import org.quantsweep.report.ResultFile;
import org.quantsweep.report.SweepResult;
import org.quantsweep.report.bundle.BundleFile;
import org.quantsweep.report.bundle.EvidenceBundle;

/** {@code evidence.json} in an output folder, which may be any Hadoop path. */
public final class EvidenceFile {
  /** Far more than a sweep writes. */
  private static final long LARGEST = 512L << 20;

  private EvidenceFile() {}

  /**
   * What lies in a sweep's output folder.
   *
   * @throws BadInputException when it is missing or cannot be read
   */
  public static EvidenceBundle read(String folder, Configuration configuration) {
    Path file = new Path(folder, EvidenceBundle.FILE);
    try {
      FileSystem files = file.getFileSystem(configuration);
      long length = files.getFileStatus(file).getLen();
      if (length > LARGEST) {
        throw new BadInputException(
            file
                + ": this file ("
                + length
                + " bytes) is larger than any evidence ("
                + LARGEST
                + " bytes).\nMaybe name the folder that a sweep wrote with --output.");
      }
      try (InputStream in = files.open(file)) {
        return BundleFile.fromJson(
            new String(in.readAllBytes(), StandardCharsets.UTF_8), file.toString());
      }
    } catch (FileNotFoundException e) {
      throw new BadInputException(
          folder
              + ": there is no "
              + EvidenceBundle.FILE
              + " here: this sweep was run with --no-report, or by an earlier version.\n"
              + "Maybe give the sweep's command again: it takes over the stored evaluations.",
          e);
    } catch (IOException e) {
      throw new BadInputException(
          file + ": the evidence cannot be read (" + e.getMessage() + ").\nMaybe check the path.",
          e);
    }
  }

  /** Whether both are of one run of one sweep. */
  public static boolean belongs(SweepResult result, EvidenceBundle evidence) {
    return result.sweepDigest().equals(evidence.sweepDigest())
        && result.runId().equals(evidence.runId());
  }

  /**
   * Refuses files of two runs.
   *
   * @throws BadInputException naming both
   */
  public static void requireSame(String folder, SweepResult result, EvidenceBundle evidence) {
    if (!belongs(result, evidence)) {
      throw new BadInputException(
          folder
              + ": "
              + ResultFile.NAME
              + " (sweep "
              + result.sweepDigest()
              + ", run '"
              + result.runId()
              + "') and "
              + EvidenceBundle.FILE
              + " (sweep "
              + evidence.sweepDigest()
              + ", run '"
              + evidence.runId()
              + "') must belong to one run.\n"
              + "Maybe wait until the sweep that writes here has ended, or give it again.");
    }
  }
}
