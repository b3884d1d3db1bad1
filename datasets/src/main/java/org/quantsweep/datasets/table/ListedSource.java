package org.quantsweep.datasets.table;

import java.io.Serializable;
import java.util.List;
import org.quantsweep.digest.Sha256Digest;

/** What was listed and is read as a whole. */
sealed interface ListedSource extends Serializable {
  /** Adds what tells whether it changed. */
  void addTo(Sha256Digest.Builder digest);

  /** The bytes of its files. */
  long bytes();

  /** Notes a file. */
  private static void add(Sha256Digest.Builder digest, ListedFile file) {
    digest.field(file.location(), file.length() + "@" + file.modified());
  }

  /** A file that is one sample. */
  record One(ListedFile file) implements ListedSource {
    @Override
    public long bytes() {
      return file.length();
    }

    @Override
    public void addTo(Sha256Digest.Builder digest) {
      add(digest, file);
    }
  }

  /** An .npz that is a whole set of samples. */
  record Whole(ListedFile file) implements ListedSource {
    @Override
    public long bytes() {
      return file.length();
    }

    @Override
    public void addTo(Sha256Digest.Builder digest) {
      add(digest, file);
    }
  }

  /**
   * A folder of steps, which is one sample.
   *
   * @param path what it is called
   */
  record Steps(String path, List<ListedFile> files) implements ListedSource {
    /** Copies the list. */
    public Steps {
      files = List.copyOf(files);
    }

    @Override
    public long bytes() {
      return files.stream().mapToLong(ListedFile::length).sum();
    }

    @Override
    public void addTo(Sha256Digest.Builder digest) {
      // Earlier versions took each file for a sample: their tables are made anew.
      digest.field("steps", path);
      files.forEach(file -> add(digest, file));
    }
  }
}
