package org.quantsweep.jobs.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether a model runs here.
 *
 * @param obstacle why it does not; empty where it does
 * @param preferredRefusal why it does not run on the shapes that it prefers, where it runs on
 *     others
 */
record Readiness(String obstacle, Optional<String> preferredRefusal) {
  private static final String RUNS = "It can run here.";

  /** As lines for people. */
  List<String> lines() {
    List<String> lines = new ArrayList<>((obstacle.isEmpty() ? RUNS : obstacle).lines().toList());
    preferredRefusal.ifPresent(
        reason -> {
          lines.add("It does not run on its default shape, only on others that it allows:");
          (reason + ".").lines().forEach(lines::add);
        });
    return lines;
  }

  /** For machines. */
  void addTo(Map<String, Object> json) {
    json.put("canRun", obstacle.isEmpty());
    json.put("obstacle", obstacle.isEmpty() ? null : obstacle);
    json.put("defaultShapeObstacle", preferredRefusal.orElse(null));
  }
}
