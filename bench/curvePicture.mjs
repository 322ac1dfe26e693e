// Draws the precision–coverage curve as an SVG, readable on light and dark pages.

const width = 640;
const height = 420;
const plot = {left: 64, top: 48, right: 480, bottom: 356};
const x = (share) => (plot.left + share * (plot.right - plot.left)).toFixed(1);
const y = (share) => (plot.bottom - share * (plot.bottom - plot.top)).toFixed(1);

/** @param curves `{name, points: {least, share, right}[]}`; the first is drawn thick, with its thresholds. */
export function curvePicture(title, curves) {
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  const grid = ticks.flatMap((tick) => [
    `<path class="grid" d="M${x(0)} ${y(tick)}H${x(1)}M${x(tick)} ${y(0)}V${y(1)}"/>`,
    `<text x="${x(0) - 8}" y="${Number(y(tick)) + 4}" text-anchor="end">${tick * 100} %</text>`,
    `<text x="${x(tick)}" y="${plot.bottom + 18}" text-anchor="middle">${tick * 100} %</text>`
  ]);
  const lines = curves.flatMap(({name, points}, index) => {
    const drawn = points.filter(({share}) => share > 0);
    const path = drawn.map(({share, right}, at) => `${at === 0 ? "M" : "L"}${x(share)} ${y(right)}`).join("");
    const key = plot.top + 12 + index * 22;
    return [
      `<path class="line c${index}" d="${path}"/>`,
      ...drawn.map(
        ({share, right}) => `<circle class="c${index}" cx="${x(share)}" cy="${y(right)}" r="${index === 0 ? 3.5 : 2}"/>`
      ),
      ...(index === 0 ? labels(drawn) : []),
      `<path class="line c${index}" d="M${plot.right + 16} ${key - 4}h20"/>`,
      `<text x="${plot.right + 42}" y="${key}">${name}</text>`
    ];
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}">
<style>
svg{--back:#fff;--text:#1f2328;--grid:#d1d9e0;--c0:#1f2328;--c1:#0969da;--c2:#1a7f37;--c3:#bc4c00;--c4:#8250df}
@media (prefers-color-scheme:dark){svg{--back:#0d1117;--text:#e6edf3;--grid:#3d444d;--c0:#e6edf3;--c1:#58a6ff;--c2:#3fb950;--c3:#f0883e;--c4:#bc8cff}}
text{font:12px system-ui,sans-serif;fill:var(--text)}
.title{font-size:14px;font-weight:600}
.least{font-size:10px}
.grid{stroke:var(--grid);fill:none}
.line{fill:none;stroke-width:1.5}
.line.c0{stroke-width:3}
${curves.map((_, index) => `.c${index}{stroke:var(--c${index})}circle.c${index}{fill:var(--c${index})}`).join("\n")}
</style>
<rect width="${width}" height="${height}" fill="var(--back)"/>
<text class="title" x="${plot.left}" y="26">${title}</text>
${grid.join("\n")}
${lines.join("\n")}
<text x="${(plot.left + plot.right) / 2}" y="${height - 22}" text-anchor="middle">shown, of all holes</text>
<text transform="translate(16 ${(plot.top + plot.bottom) / 2}) rotate(-90)" text-anchor="middle">right, of those shown</text>
</svg>
`;
}

/** Thresholds beside their points. Labels that would overlap are left out. */
function labels(points) {
  const written = [];
  return points.flatMap(({least, share, right}) => {
    const place = [Number(x(share)), Number(y(right))];
    if (written.some((other) => Math.hypot(place[0] - other[0], place[1] - other[1]) < 18)) return [];
    written.push(place);
    return [`<text class="least" x="${place[0] + 6}" y="${place[1] - 6}">${least}</text>`];
  });
}
