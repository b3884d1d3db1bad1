package org.quantsweep.jobs.files;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Puts a folder in the place of another: file systems do not rename to a folder with files in it,
 * so the older one is moved away first. Others may do the same at the same time; the last one
 * stands.
 *
 * @param <P> a path of the file system
 */
abstract class TreeReplacement<P> {
  /** A round in which neither move works is lost to another replacement, or both are refused. */
  private static final int MOST_LOST = 20;

  /** Renames; fails where there is something at the place already. */
  abstract void move(P from, P to) throws IOException;

  abstract boolean exists(P path) throws IOException;

  abstract void delete(P path) throws IOException;

  /**
   * @param suffixed the ready folder's path with more letters at its end
   * @throws IOException when a move is refused; the older folder is in its place again then, as far
   *     as that goes
   */
  final void replace(P ready, P target, Function<String, P> suffixed) throws IOException {
    List<P> older = new ArrayList<>();
    for (int lost = 0; ; ) {
      try {
        move(ready, target);
        break;
      } catch (IOException refused) {
        P away = suffixed.apply(".old" + older.size());
        try {
          move(target, away);
          older.add(away);
        } catch (IOException e) {
          if (++lost == MOST_LOST) {
            e.addSuppressed(refused);
            restore(older, target, e);
            throw e;
          }
        }
      }
    }
    for (P each : older) {
      delete(each);
    }
  }

  private void restore(List<P> older, P target, IOException refused) {
    try {
      for (int i = older.size() - 1; i >= 0; i--) {
        if (exists(target)) {
          delete(older.get(i));
        } else {
          move(older.get(i), target);
        }
      }
    } catch (IOException e) {
      refused.addSuppressed(e);
    }
  }
}
