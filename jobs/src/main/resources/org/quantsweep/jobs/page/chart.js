// ECharts, drawn anew for another theme or width, with our own box for names: they are text.

function makeChart(element, option, handlers) {
  const chart = echarts.init(element, null, { renderer: 'canvas' });
  const draw = () => chart.setOption(option(), { notMerge: true });
  draw();
  onTheme(draw);
  new ResizeObserver(() => chart.resize()).observe(element);
  // Paper is narrower than the window; the style sheet gives charts these heights there.
  addEventListener('beforeprint', () => chart.resize({ width: Math.min(element.clientWidth, 680), height: Math.min(element.clientHeight, 380) }));
  addEventListener('afterprint', () => chart.resize());
  if (handlers && handlers.tip) {
    chart.on('mouseover', (event) => {
      const told = handlers.tip(event);
      const native = event.event && event.event.event;
      if (told && native) tip.show(native.clientX, native.clientY, told.title, told.lines);
    });
    chart.on('mouseout', () => tip.hide());
    chart.on('globalout', () => tip.hide());
  }
  return { chart, draw };
}

/** What all charts share. */
function chartBase() {
  return {
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12, color: colour('text-2') },
    backgroundColor: 'transparent',
  };
}

function axisBase(extra) {
  return {
    nameTextStyle: { color: colour('text-2') },
    axisLine: { show: true, lineStyle: { color: colour('line-2') } },
    axisTick: { show: true, lineStyle: { color: colour('line-2') } },
    axisLabel: { color: colour('text-2'), hideOverlap: true },
    splitLine: { lineStyle: { color: colour('line') } },
    ...extra,
  };
}

function zoomBase(extra) {
  return {
    type: 'slider',
    showDetail: false,
    showDataShadow: false,
    brushSelect: false,
    borderColor: colour('line'),
    backgroundColor: 'transparent',
    fillerColor: colour('fill'),
    handleStyle: { color: colour('surface'), borderColor: colour('text-3') },
    moveHandleStyle: { color: colour('line-2') },
    emphasis: { handleStyle: { borderColor: colour('accent') }, moveHandleStyle: { color: colour('text-3') } },
    filterMode: 'none',
    ...extra,
  };
}
