// Weight tensors: a table, a heat map of their options, what is dear and why.

const STEPS = new Map(EVIDENCE.explanations.tensors.map((own) => [own.tensor, own]));
const RECIPE = new Map(RESULT && RESULT.recipe ? RESULT.recipe.tensors.map((row) => [row.tensor, row]) : []);
const TENSORS = EVIDENCE.tensors.map((own, place) => {
  const option = own.options.find((one) => one.scheme === own.chosen) || null;
  const row = RECIPE.get(own.identity);
  const after = own.bytesChosen === null || own.bytesChosen === undefined ? own.bytesGiven : own.bytesChosen;
  return {
    ...own, place, option, after,
    loss: option && option.loss !== null ? option.loss : row ? row.sensitivity : null,
    scheme: own.chosen,
    steps: STEPS.get(own.identity) || null,
  };
});
const TENSOR_BY_ID = new Map(TENSORS.map((own) => [own.identity, own]));
const AFTER_TOTAL = sum(TENSORS, (own) => own.after);
const BEFORE_TOTAL = sum(TENSORS, (own) => own.bytesGiven);

const bitsOf = (scheme) => { const found = /:(\d+)/.exec(scheme || ''); return found ? Number(found[1]) : null; };
const shapeText = (shape) => shape.map((length) => (length < 0 ? '?' : length)).join('\u00a0×\u00a0');
const tint = (share) => 'color-mix(in srgb, var(--accent) ' + Math.round(100 * share) + '%, var(--surface))';

/** A number from 0 to 1 for each value, on a logarithmic scale where all are positive and far apart. */
function scaleOf(values) {
  const known = values.filter((x) => x !== null && x !== undefined && Number.isFinite(x));
  const positive = known.filter((x) => x > 0);
  const high = Math.max(...known, 0);
  const low = Math.min(...(positive.length ? positive : [0]));
  const logarithmic = positive.length > 1 && high / low > 30;
  return (x) => {
    if (x === null || x === undefined || !Number.isFinite(x) || high <= 0) return 0;
    if (!logarithmic) return Math.max(0, x / high);
    return x <= 0 ? 0 : 0.08 + 0.92 * Math.log(x / low) / Math.log(high / low);
  };
}

function drawTensors(content) {
  if (TENSORS.length) {
    content.append(h('h3', null, 'Bytes by tensor'));
    content.append(h('p', { class: 'note' }, format.count(TENSORS.length) + (TENSORS.length === 1 ? ' weight tensor takes ' : ' weight tensors take ')
      + format.bytes(AFTER_TOTAL) + ' in ' + WORDS.inChosen + ' and ' + format.bytes(BEFORE_TOTAL) + ' in ' + WORDS.inGiven + '.'));
    content.append(tensorTable());
    const heat = h('div');
    if (TENSORS.some((own) => own.options.length)) {
      content.append(h('h3', null, 'What each option costs'), heat);
      lazily(heat, () => heat.append(heatMap()));
    }
  }
  if (EVIDENCE.network.nodes.length) {
    const graph = h('div');
    content.append(h('h3', null, 'The network'), graph);
    lazily(graph, () => drawGraph(graph));
  }
}

function bar(share, kind) {
  return h('span', { class: 'bar ' + (kind || ''), 'aria-hidden': 'true' }, h('span', { style: { width: Math.max(0, Math.min(100, 100 * share)) + '%' } }));
}

const CAUSE_NAMES = { outliers: 'range outliers', 'few-weights': 'few weights per channel', 'first-layer': 'first layer', 'last-layer': 'last layer',
  depthwise: 'depthwise', 'channel-spread': 'uneven channels' };

function tensorTable() {
  const most = Math.max(...TENSORS.map((own) => own.bytesGiven), 1);
  const options = [...new Set(TENSORS.map((own) => own.scheme || WORDS.asGiven))].sort();
  let only = '';
  const table = dataTable({
    caption: 'Bytes by weight tensor', testid: 'tensor-table', rows: TENSORS, page: 26,
    filter: (own) => own.identity + ' ' + own.layer + ' ' + own.type + ' ' + (own.scheme || WORDS.asGiven) + ' '
      + (own.steps ? own.steps.causes.map((cause) => CAUSE_NAMES[cause.kind] || cause.kind).join(' ') : ''),
    filterHint: 'name, type, option or cause',
    tools: options.length > 1 ? [select('Option', [['', 'all'], ...options.map((name) => [name, name])], '', (to) => {
      only = to;
      table.setRows(TENSORS.filter((own) => !only || (own.scheme || WORDS.asGiven) === only));
    }, { 'data-testid': 'option-filter' })] : [],
    rowKey: (own) => own.identity,
    expandLabel: (own) => own.identity,
    expand: (own) => tensorDetails(own),
    columns: [
      { key: 'place', label: 'Weight tensor', value: (own) => own.place, cell: (own) => h('span', { class: 'named' }, h('code', null, breakable(own.identity)), h('span', { class: 'below' }, own.type + ' · ' + shapeText(own.shape))), class: 'wide' },
      { key: 'before', label: COMPARISON ? 'Model A' : 'Given', number: true, value: (own) => own.bytesGiven, cell: (own) => format.bytes(own.bytesGiven) },
      { key: 'after', label: WORDS.chosen, number: true, value: (own) => own.after, cell: (own) => format.bytes(own.after) },
      { key: 'bar', label: COMPARISON ? 'A and B' : 'Given and chosen', sort: false, value: () => '', cell: (own) => h('span', { class: 'bars' }, bar(own.bytesGiven / most, 'given'), bar(own.after / most)) },
      { key: 'option', label: COMPARISON ? 'Stored in B as' : 'Option', value: (own) => own.scheme || WORDS.asGiven, cell: (own) => (own.scheme ? h('code', null, own.scheme) : WORDS.asGiven), class: 'nowrap' },
      { key: 'share', label: 'Share', number: true, value: (own) => own.after, cell: (own) => format.percent(AFTER_TOTAL ? own.after / AFTER_TOTAL : 0, 1) },
      ...(TENSORS.some((own) => own.loss !== null) ? [{ key: 'loss', label: 'Sensitivity', number: true, value: (own) => own.loss, cell: (own) => format.loss(own.loss) }] : []),
      ...(TENSORS.some((own) => own.steps && own.steps.causes.length) ? [{ key: 'why', label: 'Dear because', value: (own) => (own.steps ? own.steps.causes.length : 0),
        cell: (own) => (own.steps ? own.steps.causes.map((cause) => h('span', { class: 'chip cause' }, CAUSE_NAMES[cause.kind] || cause.kind)) : '') }] : []),
    ],
  });
  return table.element;
}

function stepSentence(label, step) {
  if (!step) return null;
  return h('li', null, label + ': ', h('code', null, step.scheme), ' ' + format.signedBytes(step.bytes) + ', loss ' + (step.loss > 0 ? '+' : '') + format.loss(step.loss));
}

function tensorDetails(own, where = '') {
  const values = own.values;
  const facts = [
    ['Layer', own.layer],
    ...(values ? [['Largest magnitude / root mean square', format.decimal(values.range, 1)], ['Weights per channel', format.count(values.weightsPerChannel)],
      ['Largest / median channel range', format.decimal(values.channelSpread, 1)]] : []),
  ];
  return h('div', { class: 'tensor-details' },
    h('dl', { class: 'facts' }, facts.map(([name, value]) => h('div', null, h('dt', null, name), h('dd', null, value)))),
    own.steps && (own.steps.smaller || own.steps.larger) ? h('ul', { class: 'plain' }, stepSentence('One step smaller', own.steps.smaller), stepSentence('One step larger', own.steps.larger)) : null,
    own.steps ? own.steps.causes.map((cause) => h('p', null, h('strong', null, CAUSE_NAMES[cause.kind] || cause.kind), '. ', cause.sentence, ' ', h('em', null, cause.help))) : null,
    own.options.length ? optionTable(own, where) : null);
}

function optionTable(own, where) {
  return dataTable({ caption: 'Options of ' + own.identity + where, rows: own.options, page: 12, columns: [
    { key: 'scheme', label: 'Option', value: (one) => one.scheme, cell: (one) => [h('code', null, one.scheme), one.scheme === own.chosen ? h('span', { class: 'chip chosen' }, 'chosen') : null] },
    { key: 'bytes', label: 'Bytes', number: true, value: (one) => one.bytes, cell: (one) => format.bytes(one.bytes) },
    { key: 'error', label: 'Weighted error', number: true, value: (one) => one.error, cell: (one) => format.loss(one.error) },
    { key: 'loss', label: 'Loss', number: true, value: (one) => one.loss, cell: (one) => format.loss(one.loss) },
    { key: 'differ', label: 'Differ', number: true, value: (one) => one.disagreeing, cell: (one) => (one.disagreeing === null ? '' : format.count(one.disagreeing) + ' of ' + format.count(one.samples)) },
    { key: 'state', label: 'State', value: (one) => one.state }] }).element;
}

const HEAT_METRICS = {
  loss: ['Loss', (one) => one.loss, format.loss],
  disagreeing: ['Share that differs', (one) => (one.disagreeing === null || !one.samples ? null : one.disagreeing / one.samples), (x) => format.percent(x)],
  error: ['Weighted error', (one) => one.error, format.loss],
  bytes: ['Bytes', (one) => one.bytes, format.bytes],
};
const STATE_SIGNS = { dominated: '·', narrowed: '·', refused: '×', 'not-fitted': '–' };

function heatMap() {
  let metric = TENSORS.some((own) => own.options.some((one) => one.loss !== null)) ? 'loss' : 'bytes';
  let page = 0;
  const tensors = TENSORS.filter((own) => own.options.length);
  const size = 40;
  const known = (x) => x !== null && x !== undefined;
  const all = [...new Set(TENSORS.flatMap((own) => own.options.map((one) => one.scheme)))]
    .sort((a, b) => {
      const form = (scheme) => scheme.replace(/:\d+/, '');
      return form(a) < form(b) ? -1 : form(a) > form(b) ? 1 : (bitsOf(a) || 0) - (bitsOf(b) || 0);
    });
  const holder = h('div');
  const available = Object.entries(HEAT_METRICS).filter(([, [, value]]) => TENSORS.some((own) => own.options.some((one) => { const x = value(one); return x !== null && x !== undefined; })));

  function draw() {
    const [label, value, form] = HEAT_METRICS[metric];
    const scale = scaleOf(TENSORS.flatMap((own) => own.options.map(value)));
    // Most options are left out before anything is run: then nothing is known of them.
    const schemes = all.filter((scheme) => tensors.some((own) => own.options.some((one) => one.scheme === scheme && (known(value(one)) || scheme === own.chosen))));
    const rows = tensors.slice(page * size, (page + 1) * size);
    const body = h('tbody', null, rows.map((own) => {
      const options = new Map(own.options.map((one) => [one.scheme, one]));
      return h('tr', null, h('th', { scope: 'row' }, h('code', null, own.identity)), schemes.map((scheme) => {
        const one = options.get(scheme);
        if (!one) return h('td', { class: 'none' }, h('span', { class: 'hidden' }, 'no option'));
        const x = value(one);
        const text = known(x) ? form(x) : one.state;
        const cell = h('td', { class: scheme === own.chosen ? 'cell chosen' : 'cell', style: known(x) ? { background: tint(0.04 + 0.8 * scale(x)) } : {} },
          known(x) ? null : h('span', { 'aria-hidden': 'true' }, STATE_SIGNS[one.state] || '·'),
          h('span', { class: 'hidden' }, text + (scheme === own.chosen ? ', chosen' : '')));
        cell.told = { title: own.identity + ' ' + scheme, lines: [[label, text], ['Bytes', format.bytes(one.bytes)], ['State', one.state],
          ...(one.disagreeing !== null ? [['Differ', format.count(one.disagreeing) + ' of ' + format.count(one.samples)]] : []),
          ...(scheme === own.chosen ? ['chosen'] : [])] };
        return cell;
      }));
    }));
    const table = h('table', { class: 'heat', 'data-testid': 'heat-map' },
      h('caption', { class: 'hidden' }, label + ' of each option of each weight tensor'),
      h('thead', null, h('tr', null, h('th', { scope: 'col' }, 'Weight tensor'), schemes.map((scheme) => h('th', { scope: 'col', class: 'turned' }, h('span', null, scheme))))), body);
    body.addEventListener('mouseover', (event) => {
      const cell = event.target.closest('td');
      if (cell && cell.told) tip.show(event.clientX, event.clientY, cell.told.title, cell.told.lines);
    });
    body.addEventListener('mouseleave', () => tip.hide());
    const pages = Math.ceil(tensors.length / size);
    holder.replaceChildren(
      h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Heat map of options' }, table),
      h('p', { class: 'legend' }, 'low ', h('span', { class: 'ramp', 'aria-hidden': 'true' }, [0.04, 0.2, 0.36, 0.52, 0.68, 0.84].map((x) => h('span', { style: { background: tint(x) } }))), ' high',
        h('span', null, '  ·  outlined: chosen'), h('span', null, '  ·  dot: left out before it was run'), h('span', null, '  ·  ×: refused'),
        schemes.length < all.length ? h('span', null, '  ·  ' + format.count(all.length - schemes.length) + ' options of which nothing is known here are not shown') : null),
      pages > 1 ? h('div', { class: 'pager' },
        h('button', { type: 'button', disabled: page === 0, onclick: () => { page--; draw(); } }, 'Previous'),
        h('span', null, 'Tensors ' + format.count(page * size + 1) + ' to ' + format.count(Math.min(tensors.length, (page + 1) * size)) + ' of ' + format.count(tensors.length)),
        h('button', { type: 'button', disabled: page === pages - 1, onclick: () => { page++; draw(); } }, 'Next')) : '');
  }

  draw();
  return h('div', null, h('div', { class: 'tools' }, choice('Shown', available.map(([key, [label]]) => [key, label]), metric, (to) => { metric = to; draw(); }, { 'data-testid': 'heat-metric' })), holder);
}
