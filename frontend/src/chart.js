// A line over time in which one can zoom, drawn by uPlot.
//
//   <div class="app-chart" data-chart-url="/rates.json" role="img" aria-label="…"></div>
//
// The address answers {"times": [seconds since 1970, …], "series": [{"label", "values": […]}]}.
// The page holds the same figures in a table, for those who do not see the chart.
import "uplot/dist/uPlot.min.css";
import UPlot from "uplot";

const COLOURS = ["#0b5f57", "#c47f12", "#b3261e", "#4c4a86"];
const HEIGHT = 260;

async function draw(place) {
  const response = await fetch(place.dataset.chartUrl);
  if (!response.ok || response.redirected) return;
  const { times, series } = await response.json();
  const lines = series.map(({ label }, index) => ({ label, stroke: COLOURS[index % COLOURS.length], width: 2 }));
  const size = () => ({ width: place.clientWidth, height: HEIGHT });
  const chart = new UPlot({ ...size(), series: [{}, ...lines] }, [times, ...series.map(({ values }) => values)], place);
  new ResizeObserver(() => chart.setSize(size())).observe(place);
}

for (const place of document.querySelectorAll("[data-chart-url]")) draw(place);
