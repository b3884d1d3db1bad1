package org.quantsweep.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.quantsweep.BadInputException;

/** A full disk passes: its exit code is one that schedulers try again. */
class FullDiskTest {
  @Test
  void isFoundWhereverItIsTheCause() {
    IOException full = new IOException("No space left on device");
    assertThat(FullDisk.isIn(new BadInputException("x: cannot be written.", full))).isTrue();
    assertThat(FullDisk.isIn(new IOException("Disk quota exceeded"))).isTrue();
    assertThat(
            FullDisk.isIn(
                new IllegalStateException(
                    "Task failed: java.io.IOException: No space left on device")))
        .isTrue();
    assertThat(FullDisk.isIn(new IOException("Permission denied"))).isFalse();
    assertThat(FullDisk.isIn(new BadInputException("layer 'no space left on device'"))).isFalse();
  }

  @Test
  void theCureIsToMakeRoomAndGoOn() {
    assertThat(
            FullDisk.message(
                new BadInputException("/x: the file cannot be written (full).\nMaybe x.")))
        .isEqualTo(
            "/x: the file cannot be written (full).\n"
                + "Maybe free some space and give the same command again: a sweep continues from"
                + " what it has stored.");
  }
}
