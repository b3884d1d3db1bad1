package org.quantsweep.inference.onnxruntime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.quantsweep.tensor.Shape;

/**
 * Native memory for inputs, shared by sessions that are fed with the same shapes: as much as runs
 * have overlapped, however many sessions are open. What the last session of some shapes leaves is
 * released. Safe for several threads.
 */
final class InputMemory {
  private final Map<Map<String, Shape>, Shelf> shelves = new HashMap<>();

  private static final class Shelf {
    private final Deque<FedInputs> spare = new ArrayDeque<>();
    private int sessions;
  }

  /** A session of these shapes opens; it calls {@link #leave} when it closes. */
  synchronized void enter(Map<String, Shape> shapes) {
    shelves.computeIfAbsent(shapes, missing -> new Shelf()).sessions++;
  }

  /** Inputs that nobody else has until they are given back. */
  FedInputs take(OrtEnvironment environment, Map<String, Shape> shapes) throws OrtException {
    synchronized (this) {
      FedInputs spare = shelves.get(shapes).spare.poll();
      if (spare != null) {
        return spare;
      }
    }
    return FedInputs.allocate(environment, shapes);
  }

  /** The inputs are free again; the session that took them is still open. */
  synchronized void give(Map<String, Shape> shapes, FedInputs inputs) {
    shelves.get(shapes).spare.push(inputs);
  }

  /** A session of these shapes is closed. */
  synchronized void leave(Map<String, Shape> shapes) {
    Shelf shelf = shelves.get(shapes);
    shelf.sessions--;
    if (shelf.sessions == 0) {
      shelf.spare.forEach(FedInputs::close);
      shelves.remove(shapes);
    }
  }
}
