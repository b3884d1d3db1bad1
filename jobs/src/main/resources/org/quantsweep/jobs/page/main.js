// The sections, each when it is needed.

const SECTIONS = { sizes: drawSizes, threshold: drawThreshold, tensors: drawTensors, disagreements: drawDisagreements, dense: drawDense };

localize();
drawSummary();
drawRun(byId('run-content'));
for (const [id, draw] of Object.entries(SECTIONS)) {
  const content = byId(id + '-content');
  if (content) lazily(content, () => draw(content));
}

// The section in view is marked in the list of sections.
const links = new Map([...document.querySelectorAll('.toc a')].map((link) => [link.getAttribute('href').slice(1), link]));
const inView = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    links.forEach((link) => link.removeAttribute('aria-current'));
    const link = links.get(entry.target.id);
    if (link) link.setAttribute('aria-current', 'true');
  }
}, { rootMargin: '-15% 0px -75% 0px' });
document.querySelectorAll('main > section').forEach((section) => inView.observe(section));
document.documentElement.dataset.ready = 'true';
setTimeout(drawRest, 120);
