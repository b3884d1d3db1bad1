// Sizes against agreement.

const MARKS = [
  { key: 'accepted', name: 'Accepted', symbol: 'circle', size: 9 },
  { key: 'rejected', name: 'Rejected', symbol: 'emptyCircle', size: 8 },
  { key: 'bound', name: 'Rejected early: at most', symbol: 'path://M0,0 L10,0 L5,9 Z', size: 9 },
  { key: 'strategy', name: 'Other strategies', symbol: 'diamond', size: 11 },
];

/** Where a candidate is drawn: its share of all samples, or what it is at most. */
function placeOf(candidate, part) {
  const counts = candidate.counts(part);
  if (!counts || !counts.n) return null;
  const whole = counts.judged >= counts.n;
  const y = whole ? counts.agreeing / counts.n : (counts.n - counts.disagreeing) / counts.n;
  return { candidate, counts, whole, x: candidate.size, y };
}

function markOf(point, need, part) {
  if (point.candidate.kind === 'strategy') return 'strategy';
  if (!point.whole) return 'bound';
  // What misses the floor of a class is rejected, however many agree.
  const told = part === 'confirmation' ? point.candidate.rung && !point.candidate.rung.passed : point.candidate.verdict.startsWith('rejected');
  return !told && (need === null || point.counts.agreeing >= need) ? 'accepted' : 'rejected';
}

const shareText = (point) => (point.whole ? format.percent(point.y) : 'at most ' + format.percent(point.y));

function candidateLines(point) {
  const { candidate, counts } = point;
  return [
    ['Size', format.bytes(candidate.size)],
    ...(RESULT ? [['Of the model as given', format.percent(candidate.size / RESULT.sourceModel.encodedSize, 1)]] : []),
    ['Agreement', shareText(point)],
    point.whole ? ['Agreeing', format.count(counts.agreeing) + ' of ' + format.count(counts.n)]
      : ['Differing', format.count(counts.disagreeing) + ' of ' + format.count(counts.judged) + ' judged'],
    ['Verdict', candidate.verdict],
    ...(missedOf(candidate).length ? ['Misses the floor of ' + missedOf(candidate).join(', ')] : []),
  ];
}

/** Classes whose floor it misses, as far as the result names them. */
const missedOf = (candidate) => [...new Set([...((candidate.row && candidate.row.missedClasses) || []), ...((candidate.rung && candidate.rung.missedClasses) || [])])];

function roleOf(candidate) {
  if (candidate === CHOSEN) return 'chosen';
  if (candidate === BEST_UNIFORM) return 'best uniform';
  return candidate.kind === 'strategy' ? 'strategy' : candidate.kind === 'given' ? 'as given' : '';
}

function drawSizes(content) {
  let part = 'selection';
  let near = true;
  const parts = Object.keys(PARTS).filter((name) => CANDIDATES.some((own) => own.counts(name)));
  const before = RESULT.sourceModel.encodedSize;
  const rule = RESULT.threshold;
  let points, need, frontier, ranges;

  function compute() {
    points = CANDIDATES.map((own) => placeOf(own, part)).filter((point) => point);
    const n = PARTS[part] ? PARTS[part].n : RESULT.samples.n;
    need = rule === null ? null : part === 'confirmation' && RESULT.certificate && RESULT.certificate.confirmation
      ? RESULT.certificate.confirmation.required : required(rule, n);
    frontier = [];
    for (const point of points.filter((one) => one.whole).sort((a, b) => a.x - b.x || b.y - a.y)) {
      if (!frontier.length || point.y > frontier[frontier.length - 1].y) frontier.push(point);
    }
    const t = need === null ? null : need / n;
    const heights = points.filter((one) => one.whole).map((one) => one.y).sort((a, b) => a - b);
    const middle = heights.length ? heights[Math.floor(heights.length / 3)] : 0.9;
    const marks = points.filter((one) => one.candidate === CHOSEN || one.candidate === BEST_UNIFORM).map((one) => one.y);
    const best = points.map((one) => one.y).sort((a, b) => b - a).slice(0, 6);
    // The answer and a few others are in view, whatever was asked for.
    const least = Math.min(t === null ? middle : t - Math.max(2.2 * (1 - t), 0.004), ...marks, ...best);
    const low = Math.max(0, least - 0.08 * (1 - least));
    const wide = points.filter((one) => one.y >= low).map((one) => one.x);
    const marked = [CHOSEN, BEST_UNIFORM].filter((one) => one).map((one) => one.size);
    const others = points.filter((one) => best.includes(one.y)).map((one) => one.x);
    const farthest = Math.max(...(marked.length ? marked : others.length ? others : [before]));
    // Room for a label at either side.
    const right = Math.max(1.12 * farthest, Math.min(1.03 * Math.max(...wide, 1), 1.7 * farthest));
    ranges = {
      near: { x: [0.92 * Math.min(...wide, ...marked, right), right], y: [low, 1 + 0.04 * (1 - low)] },
      all: { x: [0, 1.12 * Math.max(before, ...points.map((one) => one.x))],
        y: [Math.min(...points.map((one) => one.y), 1), 1] },
    };
    const all = ranges.all;
    all.y[0] = Math.max(0, all.y[0] - 0.05 * (1 - all.y[0]));
    all.y[1] = 1 + 0.04 * (1 - all.y[0]);
    ranges.near.x[0] = Math.max(0, ranges.near.x[0]);
  }

  function option() {
    const shades = { accepted: colour('accent'), rejected: colour('text-3'), bound: colour('text-3'), strategy: colour('violet') };
    const narrow = box.clientWidth < 560;
    const n = PARTS[part] ? PARTS[part].n : RESULT.samples.n;
    const range = near ? ranges.near : ranges.all;
    // The library copies what it is given: a key leads back to the candidate.
    const data = (point) => ({ value: [point.x, point.y], key: point.candidate.key });
    const series = MARKS.map((mark) => ({
      type: 'scatter', name: mark.name, symbol: mark.symbol, symbolSize: mark.size,
      itemStyle: mark.key === 'bound'
        ? { color: 'transparent', borderColor: shades.bound, borderWidth: 1.2 }
        : { color: shades[mark.key], opacity: 0.9 },
      data: points.filter((point) => markOf(point, need, part) === mark.key
        && point.candidate !== CHOSEN && point.candidate !== BEST_UNIFORM).map(data),
      z: mark.key === 'bound' ? 2 : 3,
    }));
    const special = (candidate, name, symbol, size, shade) => {
      const point = candidate && points.find((one) => one.candidate === candidate);
      return { type: 'scatter', name, symbol, symbolSize: size, z: 6, itemStyle: { color: shade, borderColor: colour('surface'), borderWidth: 1.5 },
        label: { show: true, formatter: name.toLowerCase(), position: name === 'Chosen' ? 'top' : 'bottom', distance: 6, color: shade, fontWeight: 600, backgroundColor: colour('surface'), padding: [1, 3], borderRadius: 2 },
        data: point ? [data(point)] : [] };
    };
    series.push({
      type: 'line', name: 'Frontier', step: 'end', symbol: 'none', silent: true, z: 1,
      lineStyle: { color: colour('accent'), width: 1.2, opacity: 0.55 }, itemStyle: { color: colour('accent') },
      data: frontier.map((one) => [one.x, one.y]),
      markLine: need === null ? undefined : { silent: true, symbol: 'none', animation: false,
        lineStyle: { color: colour('rust'), type: 'dashed', width: 1.2 },
        label: { position: 'insideEndBottom', color: colour('rust'), distance: [6, 9],
          formatter: narrow ? 'asked for' : 'asked for: ' + format.count(need) + ' of ' + format.count(n) },
        data: [{ yAxis: need / n }] },
    });
    if (CHOSEN !== BEST_UNIFORM) series.push(special(BEST_UNIFORM, 'Best uniform', 'rect', 11, colour('amber')));
    series.push(special(CHOSEN, 'Chosen', 'circle', 15, colour('green')));
    return {
      ...chartBase(),
      grid: { left: narrow ? 52 : 64, right: narrow ? 16 : 52, top: narrow ? 76 : 44, bottom: 78, containLabel: false },
      legend: { top: 0, left: 0, icon: null, itemWidth: 14, itemHeight: 10, itemGap: 14, textStyle: { color: colour('text-2') },
        inactiveColor: colour('line-2'),
        data: series.filter((one) => one.data.length).map((one) => one.name) },
      xAxis: axisBase({ type: 'value', name: 'Size', nameLocation: 'middle', nameGap: 26, min: ranges.all.x[0], max: ranges.all.x[1],
        axisLabel: { color: colour('text-2'), formatter: format.bytesOfSpan(range.x[1] - range.x[0]), hideOverlap: true, showMinLabel: false, showMaxLabel: false } }),
      yAxis: axisBase({ type: 'value', min: ranges.all.y[0], max: ranges.all.y[1],
        axisLabel: { color: colour('text-2'), hideOverlap: true, showMaxLabel: false, showMinLabel: false,
          formatter: (y) => (y > 1 ? '' : format.percent(y, (near ? range.y[1] - range.y[0] : 1) < 0.08 ? 2 : 0)) } }),
      dataZoom: [
        zoomBase({ id: 'x', xAxisIndex: 0, bottom: 8, height: 18, startValue: range.x[0], endValue: range.x[1] }),
        zoomBase({ id: 'y', yAxisIndex: 0, right: 4, width: 16, show: !narrow, startValue: range.y[0], endValue: range.y[1] }),
        ...(matchMedia('(pointer: coarse)').matches ? [] : ['x', 'y'].map((axis) => ({ type: 'inside', id: 'in' + axis,
          [axis + 'AxisIndex']: 0, zoomOnMouseWheel: 'ctrl', moveOnMouseWheel: false, filterMode: 'none',
          startValue: range[axis][0], endValue: range[axis][1] }))),
      ],
      series,
    };
  }

  const box = h('div', { class: 'chart tall', role: 'img', 'data-testid': 'sizes-chart' });
  const describe = () => box.setAttribute('aria-label', 'Scatter chart of ' + format.count(points.length)
    + ' candidates: size in bytes across, share of agreeing samples upwards.'
    + (CHOSEN ? ' Chosen: ' + CHOSEN.name + ', ' + format.bytes(CHOSEN.size) + '.' : '')
    + ' The table below holds the same.');
  compute();
  describe();
  const refresh = () => { compute(); describe(); made.draw(); };
  const tools = h('div', { class: 'tools' },
    parts.length > 1 ? choice('Samples', parts.map((name) => [name, partName(name)]), part, (to) => { part = to; refresh(); },
      { 'data-testid': 'sizes-part' }) : null,
    choice('Range', [['near', 'Near the answer'], ['all', 'Everything']], 'near', (to) => { near = to === 'near'; made.draw(); },
      { 'data-testid': 'sizes-range' }));
  content.append(tools, box, h('p', { class: 'hint' },
    'A triangle is a bound: that candidate was rejected before all samples were judged, so its agreement is at most where it stands. '
    + 'Drag the bars to zoom, or turn the wheel with Ctrl held.'));
  const made = makeChart(box, option, {
    tip: (event) => {
      const point = event.data && points.find((one) => one.candidate.key === event.data.key);
      return point && {
        title: point.candidate.name + (roleOf(point.candidate) ? ' (' + roleOf(point.candidate) + ')' : ''),
        lines: candidateLines(point),
      };
    },
  });
  content.append(lazyDetails('The same as a table', candidateTable, { 'data-testid': 'sizes-table-details' }));
  if (EVIDENCE.line.length > 1) content.append(lazyDetails('The line of plans that the strategy made', drawLine));
}

function agreementCell(candidate, part) {
  const point = placeOf(candidate, part);
  if (!point) return '';
  return point.whole ? format.percent(point.y) : h('span', { class: 'bound' }, '≤ ' + format.percent(point.y));
}

function candidateTable() {
  const value = (own, part) => { const point = placeOf(own, part); return point ? point.y : null; };
  const columns = [
    { key: 'name', label: 'Candidate', value: (own) => own.name, cell: (own) => [h('code', null, own.name),
      roleOf(own) ? h('span', { class: 'chip ' + roleOf(own).replace(' ', '-') }, roleOf(own)) : null] },
    { key: 'size', label: 'Size', number: true, value: (own) => own.size, cell: (own) => format.bytes(own.size) },
    { key: 'ratio', label: 'Of given', number: true, value: (own) => own.size / RESULT.sourceModel.encodedSize,
      cell: (own) => format.percent(own.size / RESULT.sourceModel.encodedSize, 1) },
    { key: 'agreement', label: 'Agreement', number: true, value: (own) => value(own, 'selection'), cell: (own) => agreementCell(own, 'selection') },
    { key: 'judged', label: 'Judged', number: true, value: (own) => (own.counts('selection') || {}).judged, cell: (own) => { const c = own.counts('selection'); return c ? format.count(c.judged) : ''; } },
    { key: 'differ', label: 'Differ', number: true, value: (own) => (own.counts('selection') || {}).disagreeing, cell: (own) => { const c = own.counts('selection'); return c ? format.count(c.disagreeing) : ''; } },
    { key: 'verdict', label: 'Verdict', value: (own) => own.verdict, cell: (own) => (missedOf(own).length ? own.verdict + ' (floor of ' + missedOf(own).join(', ') + ')' : own.verdict) },
  ];
  if (PARTS.confirmation) columns.splice(6, 0, { key: 'confirmed', label: 'Unseen', number: true,
    value: (own) => value(own, 'confirmation'), cell: (own) => agreementCell(own, 'confirmation') });
  if (CANDIDATES.some((own) => own.stored && own.stored.downloadSize !== null)) {
    columns.splice(2, 0, { key: 'download', label: 'Download', number: true,
      value: (own) => (own.stored ? own.stored.downloadSize : null),
      cell: (own) => (own.stored && own.stored.downloadSize !== null ? format.bytes(own.stored.downloadSize) : '') });
  }
  return dataTable({ caption: 'Candidates by size', testid: 'candidates', rows: CANDIDATES, columns, page: 25,
    filter: (own) => own.name + ' ' + own.verdict + ' ' + own.kind + ' ' + roleOf(own), filterHint: 'name or verdict',
    rowClass: (own) => (own === CHOSEN ? 'is-chosen' : '') }).element;
}

function drawLine() {
  const box = h('div', { class: 'chart', role: 'img', 'aria-label': 'Line chart of the plans that the strategy lined up: bytes across, summed loss upwards.' });
  const points = EVIDENCE.line.map((one) => [one.encodedSize, one.loss]);
  const logarithmic = points.every((one) => one[1] > 0);
  setTimeout(() => makeChart(box, () => ({
    ...chartBase(),
    grid: { left: 64, right: 20, top: 20, bottom: 46 },
    xAxis: axisBase({ type: 'value', scale: true, name: 'Size', nameLocation: 'middle', nameGap: 28, axisLabel: { color: colour('text-2'), formatter: format.bytes, hideOverlap: true } }),
    yAxis: axisBase({ type: logarithmic ? 'log' : 'value', name: 'Summed loss', axisLabel: { color: colour('text-2'), formatter: format.loss } }),
    series: [{ type: 'line', symbol: 'none', data: points, lineStyle: { color: colour('accent'), width: 1.5 },
      markLine: CHOSEN ? { silent: true, symbol: 'none', lineStyle: { color: colour('green'), type: 'dashed' }, label: { formatter: 'chosen', color: colour('green') }, data: [{ xAxis: CHOSEN.size }] } : undefined }],
  })));
  return h('div', null, box, dataTable({ caption: 'Plans of the line', testid: 'line', page: 10, rows: EVIDENCE.line, columns: [
    { key: 'size', label: 'Size', number: true, value: (one) => one.encodedSize, cell: (one) => format.bytes(one.encodedSize) },
    { key: 'loss', label: 'Summed loss', number: true, value: (one) => one.loss, cell: (one) => format.loss(one.loss) }] }).element);
}
