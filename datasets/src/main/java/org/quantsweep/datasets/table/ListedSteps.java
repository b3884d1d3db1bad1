package org.quantsweep.datasets.table;

import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.quantsweep.datasets.StepFiles;

/**
 * A folder of steps whose files were listed before.
 *
 * @param path of the folder, as the files' paths begin
 */
record ListedSteps(String path, List<ListedFile> files, Configuration configuration)
    implements StepFiles {
  @Override
  public List<String> names() {
    return files.stream().map(this::name).toList();
  }

  /** Of what lies deeper, the folder's name. */
  private String name(ListedFile file) {
    String own = file.path().substring(path.length() + 1);
    int slash = own.indexOf('/');
    return slash < 0 ? own : own.substring(0, slash);
  }

  private ListedFile file(String name) throws IOException {
    return files.stream()
        .filter(file -> name(file).equals(name))
        .findFirst()
        .orElseThrow(() -> new IOException("there is no file '" + name + "'"));
  }

  @Override
  public long size(String name) throws IOException {
    return file(name).length();
  }

  @Override
  public byte[] read(String name) throws IOException {
    return file(name).read(configuration);
  }
}
