// Tables that are sorted, filtered and paged; what is not on the page shown is not in the document.

/**
 * @param spec caption, columns ({key, label, value(row), cell(row), number, sort}), rows, page (rows at once),
 *     filter (text(row) to search in), testid, rowClass(row), rowKey(row), expand(row)
 */
function dataTable(spec) {
  const size = spec.page || 25;
  let sorted = spec.sorted || null;
  let query = '';
  let page = 0;
  let shown = spec.rows;
  const head = h('tr');
  const body = h('tbody');
  const status = h('span', { class: 'status', role: 'status' });
  const pager = h('div', { class: 'pager' });
  const region = h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Table: ' + spec.caption },
    h('table', { 'data-testid': spec.testid }, h('caption', { class: spec.showCaption ? '' : 'hidden' }, spec.caption),
      h('thead', null, head), body));
  const buttons = spec.columns.map((column) => {
    const sortable = column.sort !== false;
    const cell = h('th', { scope: 'col', class: column.number ? 'number' : null });
    if (!sortable) { cell.append(column.label); head.append(cell); return cell; }
    cell.append(h('button', { type: 'button', class: 'sort', onclick: () => {
      sorted = { key: column.key, down: sorted && sorted.key === column.key ? !sorted.down : !!column.number };
      page = 0;
      update();
    } }, column.label));
    head.append(cell);
    return cell;
  });

  function compare(a, b) {
    const missing = (x) => x === null || x === undefined || Number.isNaN(x);
    if (missing(a) || missing(b)) return missing(a) - missing(b) || 0;
    return typeof a === 'number' ? a - b : String(a).localeCompare(String(b), undefined, { numeric: true });
  }

  function update() {
    const words = query.toLocaleLowerCase().split(/\s+/).filter((word) => word);
    shown = spec.rows.filter((row) => !words.length || words.every((word) => spec.filter(row).toLocaleLowerCase().includes(word)));
    if (sorted) {
      const column = spec.columns.find((one) => one.key === sorted.key);
      const missing = (x) => x === null || x === undefined || Number.isNaN(x);
      shown = shown.map((row, place) => ({ row, place, value: column.value(row) }))
        .sort((a, b) => {
          if (missing(a.value) !== missing(b.value)) return missing(a.value) ? 1 : -1;
          return (sorted.down ? -1 : 1) * compare(a.value, b.value) || a.place - b.place;
        }).map((one) => one.row);
    }
    spec.columns.forEach((column, i) => {
      const own = sorted && sorted.key === column.key;
      if (own) buttons[i].setAttribute('aria-sort', sorted.down ? 'descending' : 'ascending');
      else buttons[i].removeAttribute('aria-sort');
    });
    draw();
  }

  function draw() {
    const pages = Math.max(1, Math.ceil(shown.length / size));
    page = Math.min(page, pages - 1);
    const rows = shown.slice(page * size, (page + 1) * size);
    body.replaceChildren(...rows.flatMap((row) => {
      const line = h('tr', { class: spec.rowClass ? spec.rowClass(row) : null, 'data-key': spec.rowKey ? spec.rowKey(row) : null },
        spec.columns.map((column, i) => h(i === 0 ? 'th' : 'td',
          { scope: i === 0 ? 'row' : null, class: [column.number ? 'number' : '', column.class || ''].join(' ').trim() || null },
          column.cell ? column.cell(row) : column.value(row))));
      if (!spec.expand) return [line];
      const content = h('td', { colspan: spec.columns.length });
      const extra = h('tr', { class: 'extra', hidden: true }, content);
      const button = h('button', { type: 'button', class: 'expand', 'aria-expanded': 'false',
        'aria-label': 'Details of ' + spec.expandLabel(row), onclick: () => {
          if (!content.childNodes.length) content.append(spec.expand(row));
          extra.hidden = !extra.hidden;
          button.setAttribute('aria-expanded', String(!extra.hidden));
        } });
      line.firstChild.prepend(button);
      return [line, extra];
    }));
    if (!rows.length) body.append(h('tr', null, h('td', { colspan: spec.columns.length, class: 'empty' }, 'Nothing matches.')));
    status.textContent = shown.length === spec.rows.length
      ? format.count(shown.length) + (shown.length === 1 ? ' row' : ' rows')
      : format.count(shown.length) + ' of ' + format.count(spec.rows.length) + ' rows';
    pager.replaceChildren(...(pages === 1 ? [] : [
      h('button', { type: 'button', disabled: page === 0, onclick: () => turn(-1) }, 'Previous'),
      h('span', null, 'Page ' + format.count(page + 1) + ' of ' + format.count(pages)),
      h('button', { type: 'button', disabled: page === pages - 1, onclick: () => turn(1) }, 'Next')]));
  }

  function turn(by) {
    page += by;
    draw();
    const next = [...pager.querySelectorAll('button')].filter((button) => !button.disabled);
    const same = pager.querySelectorAll('button')[by > 0 ? 1 : 0];
    (same && !same.disabled ? same : next[0]).focus();
  }

  const tools = h('div', { class: 'tools' });
  if (spec.filter && spec.rows.length > 5) {
    const id = nextId('filter');
    tools.append(h('span', { class: 'field' }, h('label', { for: id }, 'Filter'),
      h('input', { id, type: 'search', placeholder: spec.filterHint || '', 'data-testid': spec.testid ? spec.testid + '-filter' : null,
        oninput: (event) => { query = event.target.value; page = 0; update(); } })));
  }
  (spec.tools || []).forEach((tool) => tools.append(tool));
  tools.append(status);
  const element = h('div', { class: 'data-table' }, tools, region, pager);
  update();
  return { element, setRows(rows) { spec.rows = rows; page = 0; update(); } };
}
