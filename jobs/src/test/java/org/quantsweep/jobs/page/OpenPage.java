package org.quantsweep.jobs.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.CheckedNode;
import com.deque.html.axecore.results.Rule;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A page that is open, and all that it said and asked for since. Closing it checks that it raised
 * no error and asked for nothing.
 */
final class OpenPage implements AutoCloseable {
  private final BrowserContext context;
  private final Page page;
  private final String address;
  private final List<String> complaints = new ArrayList<>();
  private final List<String> requests = new ArrayList<>();

  private OpenPage(BrowserContext context, Path file) {
    this.context = context;
    this.page = context.newPage();
    this.address = file.toUri().toString();
    page.onConsoleMessage(
        message -> {
          if (List.of("error", "warning").contains(message.type())) {
            complaints.add(message.type() + ": " + message.text());
          }
        });
    page.onPageError(complaints::add);
    page.onRequest(request -> requests.add(request.url()));
    page.navigate(address);
  }

  static OpenPage of(BrowserContext context, Path file) {
    return new OpenPage(context, file);
  }

  Page page() {
    return page;
  }

  /** The element with a {@code data-testid}. */
  Locator at(String testId) {
    return page.locator("[data-testid='" + testId + "']");
  }

  /** What a script gives. */
  Object script(String expression) {
    return page.evaluate(expression);
  }

  /** Goes down the page, so that what is drawn when it comes near is drawn. */
  void showAll() {
    page.evaluate(
        """
        async () => {
          const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
          for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight) {
            scrollTo(0, y);
            await frame();
          }
          scrollTo(0, 0);
          await frame();
        }
        """);
  }

  /** What axe finds wrong, each with its elements. */
  List<String> violations() {
    List<String> found = new ArrayList<>();
    for (Rule rule : new AxeBuilder(page).analyze().getViolations()) {
      for (CheckedNode node : rule.getNodes()) {
        found.add(rule.getId() + ": " + node.getTarget() + " " + node.getFailureSummary());
      }
    }
    return found;
  }

  /** Checks what was raised and asked for so far. */
  void requireQuiet() {
    assertThat(complaints).as("what the console of %s says", address).isEmpty();
    assertThat(requests)
        .filteredOn(url -> !url.startsWith("data:") && !url.startsWith("blob:"))
        .as("what was asked for")
        .containsExactly(address);
  }

  @Override
  public void close() {
    try {
      requireQuiet();
    } finally {
      context.close();
    }
  }
}
