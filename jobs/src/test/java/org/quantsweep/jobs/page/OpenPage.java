package org.quantsweep.jobs.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.CheckedNode;
import com.deque.html.axecore.results.Rule;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.WaitForSelectorState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

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

  /** A whole number that a script gives. */
  int number(String expression) {
    return ((Number) page.evaluate(expression)).intValue();
  }

  /** Opens everything that can be opened. */
  void openDetails() {
    // They fill themselves when they are told, which is later: by then the page has listened first.
    page.evaluate(
        """
        () => Promise.all([...document.querySelectorAll('details')]
          .filter((own) => !own.open)
          .map((own) => new Promise((done) => {
            own.addEventListener('toggle', done, { once: true });
            own.open = true;
          })))
        """);
  }

  /** Opens one by a click, and waits for the table that it fills itself with. */
  void unfold(String details, String table) {
    at(details).locator("summary").click();
    at(table).waitFor();
  }

  /** The keys of the rows that a table shows, in order. */
  List<String> keys(String table) {
    return at(table).locator("tbody tr[data-key]").all().stream()
        .map(row -> row.getAttribute("data-key"))
        .toList();
  }

  /** The keys of all rows of a table that may have several pages; none where there is no table. */
  List<String> allKeys(String table) {
    List<String> keys = new ArrayList<>();
    if (at(table).count() == 0) {
      return keys;
    }
    Locator next =
        page.locator(".data-table")
            .filter(new Locator.FilterOptions().setHas(at(table)))
            .locator(".pager button")
            .last();
    keys.addAll(keys(table));
    while (next.count() > 0 && next.isEnabled()) {
      // Not by the mouse: what is drawn meanwhile may move the button away under it.
      next.press("Enter");
      keys.addAll(keys(table));
    }
    return keys;
  }

  /** The cells of a row, without its bars. */
  List<String> cells(String table, String key) {
    for (Locator row : at(table).locator("tbody tr[data-key]").all()) {
      if (row.getAttribute("data-key").equals(key)) {
        return row.locator("th, td").allTextContents();
      }
    }
    throw new AssertionError("no row " + key + " in " + table);
  }

  /** Sorts a table by a column. */
  void sort(String table, String column) {
    at(table)
        .locator("thead button")
        .filter(new Locator.FilterOptions().setHasText(Pattern.compile("^" + column + "$")))
        .click();
  }

  /** Numbers everything that a keyboard must reach; of a group of radio buttons the chosen one. */
  List<String> markReachable() {
    Object marked =
        page.evaluate(
            """
            () => [...document.querySelectorAll(
                'a[href], button, input, select, textarea, summary, [tabindex="0"]')]
              .filter((own) => own.checkVisibility() && !own.disabled && own.tabIndex >= 0
                && !(own.type === 'radio' && !own.checked))
              .map((own, i) => own.dataset.reach = i + ' ' + own.tagName + ' '
                + (own.getAttribute('aria-label') || own.textContent || own.type).slice(0, 40))
            """);
    List<String> names = new ArrayList<>();
    ((List<?>) marked).forEach(own -> names.add((String) own));
    return names;
  }

  /** Waits until the page has drawn everything: it does so by itself, bit by bit. */
  void showAll() {
    page.locator("html[data-drawn=true]")
        .waitFor(new Locator.WaitForOptions().setState(WaitForSelectorState.ATTACHED));
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
