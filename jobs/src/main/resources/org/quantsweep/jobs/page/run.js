// What else the result says.

const sizeBars = (bars, most) => h('div', { class: 'size-bars' }, bars.map(([name, bytes, kind]) => h('div', { class: 'size-bar ' + kind },
  h('span', { class: 'size-name' }, name), h('span', { class: 'size-track', 'aria-hidden': 'true' }, h('span', { style: { width: 100 * bytes / most + '%' } })), h('span', { class: 'size-value' }, format.bytes(bytes)))));

function drawSummary() {
  const bars = [];
  if (COMPARISON) {
    const most = Math.max(COMPARISON.reference.encodedSize, COMPARISON.candidate.encodedSize);
    byId('summary-bar').append(sizeBars([['Model A', COMPARISON.reference.encodedSize, 'given'], ['Model B', COMPARISON.candidate.encodedSize, 'chosen']], most));
  }
  if (RESULT) {
    const before = RESULT.sourceModel.encodedSize;
    bars.push(['As given', before, 'given']);
    if (RESULT.bestUniform && candidateOf(RESULT.bestUniform) !== CHOSEN) bars.push(['Best uniform', RESULT.bestUniform.encodedSize, 'uniform']);
    if (RESULT.selected) bars.push(['Chosen', RESULT.selected.encodedSize, 'chosen']);
    if (bars.length > 1) {
      byId('summary-bar').append(sizeBars(bars, before));
    }
  }
  const refused = EVIDENCE.explanations.refused;
  if (refused.length) {
    byId('refused').append(details('Smaller ones that were refused (' + format.count(refused.length) + ')', dataTable({ caption: 'Smaller candidates that were refused', testid: 'refused-table', rows: refused, page: 10,
      expandLabel: (row) => row.name,
      expand: (row) => (row.changes.length ? h('ul', { class: 'plain' }, row.changes.map((change) => h('li', null, h('code', null, change.tensor), ': ', h('code', null, change.chosen), ' → ', h('code', null, change.other)))) : h('p', null, 'It is no plan: every weight tensor has the same scheme.')),
      columns: [
        { key: 'name', label: 'Candidate', value: (row) => row.name, cell: (row) => h('code', null, nameOfKey(row.name)) },
        { key: 'size', label: 'Size', number: true, value: (row) => row.encodedSize, cell: (row) => format.bytes(row.encodedSize) },
        { key: 'saves', label: 'Would save', number: true, value: (row) => row.saves, cell: (row) => format.bytes(row.saves) },
        { key: 'part', label: 'Refused in', value: (row) => partName(row.part).toLowerCase() },
        { key: 'reason', label: 'Why', value: (row) => row.reason, class: 'wide text' }] }).element));
  }
}

function drawRun(content) {
  if (!RESULT) return;
  content.append(lazyDetails('Everything that result.json says', () => h('pre', { class: 'listing', tabindex: '0', 'aria-label': 'result.json' }, JSON.stringify(RESULT, null, 1)), { 'data-testid': 'result-listing' }));
}
