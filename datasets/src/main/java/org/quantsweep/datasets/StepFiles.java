package org.quantsweep.datasets;

import java.io.IOException;
import java.util.List;

/** What lies in a folder of steps, on whatever file system. */
public interface StepFiles {
  /** The names of all that lies in the folder. */
  List<String> names() throws IOException;

  /** The length of a file in bytes. */
  long size(String name) throws IOException;

  /** The content of a file. */
  byte[] read(String name) throws IOException;
}
