package org.quantsweep.jobs.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Lets Ctrl-C end a search at its next step instead of ending the program: the best so far is kept.
 * A second Ctrl-C ends it at once.
 */
final class StopSignal implements AutoCloseable {
  private static final int INTERRUPTED = 130;

  /** Of Ctrl-C before; null where the JVM has no signals. */
  private final Object before;

  private StopSignal(Object before) {
    this.before = before;
  }

  /**
   * Calls an action at the first Ctrl-C, until this is closed; where the JVM has no signals,
   * nothing changes.
   */
  static StopSignal onFirst(Runnable stop) {
    AtomicBoolean stopped = new AtomicBoolean();
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          if (method.getName().equals("handle")) {
            if (stopped.getAndSet(true)) {
              Runtime.getRuntime().halt(INTERRUPTED);
            }
            stop.run();
            return null;
          }
          return switch (method.getName()) {
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> "stop signal";
          };
        };
    try {
      Class<?> type = Class.forName("sun.misc.SignalHandler");
      return new StopSignal(
          handle(
              Proxy.newProxyInstance(
                  StopSignal.class.getClassLoader(), new Class<?>[] {type}, handler)));
    } catch (ReflectiveOperationException e) {
      // Ctrl-C ends the program then, and the evaluations that are stored stay.
      return new StopSignal(null);
    }
  }

  /** What is not a search any more ends by Ctrl-C as other programs do. */
  @Override
  public void close() {
    if (before == null) {
      return;
    }
    try {
      handle(before);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("what could be set once can be set again.", e);
    }
  }

  /** Returns what handled the signal before. By reflection: the compiler warns of sun.misc. */
  private static Object handle(Object handler) throws ReflectiveOperationException {
    Class<?> signal = Class.forName("sun.misc.Signal");
    return signal
        .getMethod("handle", signal, Class.forName("sun.misc.SignalHandler"))
        .invoke(null, signal.getConstructor(String.class).newInstance("INT"), handler);
  }
}
