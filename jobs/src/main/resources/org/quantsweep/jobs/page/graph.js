// The network as a graph; where its nodes lie was found when the page was made.

const GRAPH_METRICS = {
  option: ['Option', (tensors) => { const bits = tensors.map((own) => bitsOf(own.scheme)).filter((x) => x !== null); return bits.length ? Math.max(...bits) : null; },
    (tensors) => tensors.map((own) => own.scheme || WORDS.asGiven).join(', '), (bits) => format.count(bits) + (bits === 1 ? ' bit' : ' bits')],
  bytes: ['Bytes', (tensors) => (tensors.length ? sum(tensors, (own) => own.after) : null), (tensors) => format.bytes(sum(tensors, (own) => own.after)), format.bytes],
  loss: ['Sensitivity', (tensors) => { const known = tensors.filter((own) => own.loss !== null); return known.length ? sum(known, (own) => own.loss) : null; },
    (tensors) => format.loss(sum(tensors, (own) => own.loss || 0)), format.loss],
};

function drawGraph(content) {
  const network = EVIDENCE.network;
  const nodes = network.nodes;
  const tensorsOf = (node) => node.tensors.map((identity) => TENSOR_BY_ID.get(identity)).filter((own) => own);
  if (network.omitted) content.append(h('p', { class: 'notice' }, format.count(network.omitted) + ' layers are missing here, because there are too many to show.'));
  if (LAYOUT.nodes.length) {
    let metric = 'option';
    let zoom = 1;
    let active = 0;
    const available = Object.entries(GRAPH_METRICS).filter(([, [, value]]) => nodes.some((node) => value(tensorsOf(node)) !== null));
    const legend = h('p', { class: 'legend' });
    const panel = h('div', { class: 'node-panel', role: 'status', 'data-testid': 'graph-details' }, h('p', { class: 'note' }, 'Choose a layer to see what it holds.'));
    const svg = h('svg:svg', { viewBox: '0 0 ' + LAYOUT.width + ' ' + LAYOUT.height, role: 'group', 'aria-label': 'Graph of the network: arrow keys move between layers, Enter shows one', 'data-testid': 'graph' });
    const marker = nextId('arrow');
    svg.append(h('svg:defs', null, h('svg:marker', { id: marker, viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 6, markerHeight: 6, orient: 'auto-start-reverse' },
      h('svg:path', { d: 'M0,0 L8,4 L0,8 Z', class: 'arrow' }))));
    network.edges.forEach((edge, i) => {
      const line = LAYOUT.edges[i];
      if (!line || line.length < 4) return;
      let path = 'M' + line[0] + ',' + line[1];
      for (let k = 2; k < line.length; k += 2) path += ' L' + line[k] + ',' + line[k + 1];
      svg.append(h('svg:path', { d: path, class: 'edge', 'marker-end': 'url(#' + marker + ')' }));
    });
    const cut = (text, width) => { const most = Math.max(4, Math.floor((width - 14) / 6.4)); return text.length > most ? text.slice(0, most - 1) + '…' : text; };
    const groups = nodes.map((node, i) => {
      const [x, y, width, height] = LAYOUT.nodes[i];
      const own = node.type === 'input' || node.type === 'output';
      return h('svg:g', { class: 'node' + (own ? ' end' : ''), transform: 'translate(' + x + ',' + y + ')', role: 'button', tabindex: i === 0 ? '0' : '-1', 'aria-label': node.name + ', ' + node.type,
        onclick: () => show(i), onfocus: () => { active = i; },
        onmouseenter: (event) => { const told = summaryOf(node); tip.show(event.clientX, event.clientY, told.title, told.lines); }, onmouseleave: () => tip.hide() },
      h('svg:rect', { width, height, rx: own ? height / 2 : 5 }),
      h('svg:text', { x: width / 2, y: 16, class: 'name' }, cut(node.name, width)), h('svg:text', { x: width / 2, y: 31, class: 'type' }, cut(node.type, width)));
    });
    groups.forEach((group) => svg.append(group));

    function summaryOf(node) {
      const own = tensorsOf(node);
      return { title: node.name, lines: [['Type', node.type], ...node.shapes.slice(0, 3).map((shape) => ['Output', shapeText(shape)]),
        ...(own.length ? available.map(([, [label, , text]]) => [label, text(own)]) : [])] };
    }
    function paint() {
      const [, value, , end] = GRAPH_METRICS[metric];
      const scale = scaleOf(nodes.map((node) => value(tensorsOf(node))));
      nodes.forEach((node, i) => {
        const x = value(tensorsOf(node));
        groups[i].firstChild.style.setProperty('fill', x === null ? 'var(--surface)' : tint(0.06 + 0.4 * scale(x)));
        groups[i].classList.toggle('weights', x !== null);
      });
      tellColours(nodes.map((node) => value(tensorsOf(node))).filter((x) => x !== null), end);
    }
    function tellColours(values, end) {
      const low = Math.min(...values);
      const high = Math.max(...values);
      legend.replaceChildren(...(low === high ? [end(low), h('span', null, '  ·  uncoloured: no weights')] : values.length ? [end(low) + ' ', h('span', { class: 'ramp', 'aria-hidden': 'true' },
        [0.06, 0.16, 0.26, 0.36, 0.46].map((x) => h('span', { style: { background: tint(x) } }))), ' ' + end(high), h('span', null, '  ·  uncoloured: no weights')] : []));
    }
    function show(i) {
      const node = nodes[i];
      const own = tensorsOf(node);
      groups.forEach((group, k) => { group.classList.toggle('shown', k === i); group.setAttribute('tabindex', k === i ? '0' : '-1'); });
      active = i;
      panel.replaceChildren(h('h4', null, node.name), h('p', { class: 'note' }, node.type + (node.shapes.length ? ' → ' + node.shapes.map(shapeText).join('; ') : '')),
        ...own.map((tensor) => h('div', { class: 'tensor-block' }, h('p', null, h('code', null, tensor.identity), ': ' + (tensor.scheme || WORDS.asGiven) + ', ' + format.bytes(tensor.bytesGiven) + ' → ' + format.bytes(tensor.after)), tensorDetails(tensor, ', layer chosen in the graph'))));
    }
    function focus(i) {
      active = Math.max(0, Math.min(nodes.length - 1, i));
      groups.forEach((group, k) => group.setAttribute('tabindex', k === active ? '0' : '-1'));
      groups[active].focus();
    }
    svg.addEventListener('keydown', (event) => {
      const to = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
      if (to) { event.preventDefault(); focus(active + to); } else if (event.key === 'Home') { event.preventDefault(); focus(0); } else if (event.key === 'End') { event.preventDefault(); focus(nodes.length - 1); } else if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); show(active); }
    });
    const frame = h('div', { class: 'scroll graph', tabindex: '0', role: 'region', 'aria-label': 'Graph of the network' }, svg);
    const resize = () => { svg.setAttribute('width', Math.round(LAYOUT.width * zoom)); svg.setAttribute('height', Math.round(LAYOUT.height * zoom)); };
    const fit = () => { zoom = Math.min(1, Math.max(0.55, (frame.clientWidth - 4) / LAYOUT.width)); resize(); };
    content.append(h('div', { class: 'tools' },
      available.length ? choice('Colour', available.map(([key, [label]]) => [key, label]), metric, (to) => { metric = to; paint(); }, { 'data-testid': 'graph-metric' }) : null,
      h('span', { class: 'buttons' }, h('button', { type: 'button', 'aria-label': 'Smaller', onclick: () => { zoom = Math.max(0.2, zoom / 1.25); resize(); } }, '−'),
        h('button', { type: 'button', 'aria-label': 'Larger', onclick: () => { zoom = Math.min(3, zoom * 1.25); resize(); } }, '+'),
        h('button', { type: 'button', onclick: fit }, 'Fit'))), frame, legend, panel);
    if (!available.some(([key]) => key === metric) && available.length) metric = available[0][0];
    paint();
    fit();
  }
  content.append(lazyDetails('The same as a table', () => dataTable({ caption: 'Layers', testid: 'layers', rows: nodes.map((node, place) => ({ ...node, place })), page: 25,
    filter: (node) => node.name + ' ' + node.type, filterHint: 'name or type', columns: [
      { key: 'place', label: 'Layer', value: (node) => node.place, cell: (node) => h('code', null, node.name) },
      { key: 'type', label: 'Type', value: (node) => node.type },
      { key: 'shape', label: 'Outputs', value: (node) => node.shapes.map(shapeText).join('; ') },
      { key: 'from', label: 'Takes from', value: (node) => network.edges.filter((edge) => edge.to === node.place).map((edge) => nodes[edge.from].name).join(', ') },
      { key: 'bytes', label: 'Bytes, ' + WORDS.chosen.toLowerCase(), number: true, value: (node) => { const own = tensorsOf(node); return own.length ? sum(own, (one) => one.after) : null; },
        cell: (node) => { const own = tensorsOf(node); return own.length ? format.bytes(sum(own, (one) => one.after)) : ''; } },
      { key: 'option', label: 'Option', value: (node) => tensorsOf(node).map((own) => own.scheme || WORDS.asGiven).join(', ') }] }).element, { 'data-testid': 'layers-details' }));
}
