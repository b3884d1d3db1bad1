package org.quantsweep.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.apache.hadoop.ipc.RemoteException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
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
            FullDisk.told(
                new BadInputException("/x: the file cannot be written (full).\nMaybe x.")))
        .isEqualTo(
            "/x: the file cannot be written (full).\n"
                + "Maybe free some space and give the same command again: a sweep continues from"
                + " what it has stored.");
  }

  /** With the stack of its server in it, as it comes. The last two are what older versions say. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "File /a/x could only be written to 0 of the 1 minReplication nodes. There are 1"
            + " datanode(s) running and 1 node(s) are excluded in this operation.",
        "File /a/x could only be written to 2 of the 3 required nodes for RS-3-2-1024k. There are 2"
            + " datanode(s) running and no node(s) are excluded in this operation.",
        "File /a/x could only be replicated to 0 nodes instead of minReplication (=1).  There are"
            + " 3 datanode(s) running and 3 node(s) are excluded in this operation.",
        "File /a/x could only be replicated to 0 nodes, instead of 1",
      })
  void anHdfsWhoseDatanodesTakeNothingIsFullOrNotAllThere(String said) {
    IOException refused =
        new RemoteException(
            IOException.class.getName(), said + "\n\tat org.apache.hadoop.X.y(X.java:1)\n");
    BadInputException failure =
        new BadInputException(
            "hdfs://n/a/x: the file cannot be written (" + refused.getMessage() + ").\nMaybe x.",
            refused);
    StringWriter err = new StringWriter();
    assertThat(QuantSweep.failed(failure, new PrintWriter(err, true), false)).isEqualTo(1);
    assertThat(err)
        .hasToString(
            "hdfs://n/a/x: the file cannot be written ("
                + said.replaceFirst("\\.$", "")
                + ").\n"
                + "Maybe free some space on the datanodes, or start those that are down, and give"
                + " the same command again: a sweep continues from what it has stored.\n");
    assertThat(FullDisk.isIn(new BadInputException("layer 'could only be replicated to 0 nodes'")))
        .isFalse();
  }
}
