package org.quantsweep.jobs.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;

/**
 * Lets Ctrl-C end a search at its next step instead of ending the program: the best so far is kept.
 * A second Ctrl-C ends it at once.
 */
final class StopSignal {
  private static final int INTERRUPTED = 130;

  private StopSignal() {}

  /** Calls an action at the first Ctrl-C; where the JVM has no signals, nothing changes. */
  static void onFirst(Runnable stop) {
    boolean[] stopped = new boolean[1];
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          if (method.getName().equals("handle")) {
            if (stopped[0]) {
              Runtime.getRuntime().halt(INTERRUPTED);
            }
            stopped[0] = true;
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
      // By reflection: the compiler warns of sun.misc, and there is no other way in JDK 17.
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> type = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(StopSignal.class.getClassLoader(), new Class<?>[] {type}, handler);
      signal
          .getMethod("handle", signal, type)
          .invoke(null, signal.getConstructor(String.class).newInstance("INT"), proxy);
    } catch (ReflectiveOperationException e) {
      // Ctrl-C ends the program then, and the evaluations that are stored stay.
    }
  }
}
