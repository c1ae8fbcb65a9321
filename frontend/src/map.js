// A map without tiles from elsewhere: the country's own outlines and points, drawn by Leaflet.
//
//   <div class="app-map" data-map-url="/places.json" role="img" aria-label="…"></div>
//
// The address answers {"areas": [{"name", "value", "text", "href", "rings": [[[lon, lat], …], …]}],
// "points": [{"name", "value", "text", "href", "lon", "lat"}], "legend": "People who can be reached"}.
// `value` colours an area and sizes a point; `text` is what the label says of it. The page holds the same figures
// in a table, for those who do not see the map.
import "leaflet/dist/leaflet.css";
import { Control, LatLngBounds, Map, SVG, circleMarker, polygon } from "leaflet/dist/leaflet-src.esm.js";

const SHADES = ["#e3efec", "#b7d6cf", "#85b9ae", "#4d9588", "#0b5f57"];
const OUTLINE = "#0a4641";
const SIGNAL = "#c47f12";
// Points without outlines around them carry their names, as long as these have room.
const MOST_NAMES = 25;

async function draw(place) {
  const response = await fetch(place.dataset.mapUrl);
  if (!response.ok || response.redirected) return;
  const { areas = [], points = [], legend = "" } = await response.json();
  // Now it holds buttons, which a picture may not.
  place.setAttribute("role", "group");
  const map = new Map(place, {
    attributionControl: false,
    renderer: new SVG(),
    zoomSnap: 0.25,
    // A page is scrolled past the map, with the wheel or a finger; two fingers move the map.
    scrollWheelZoom: false,
    dragging: !window.matchMedia("(pointer: coarse)").matches,
  });
  const shadeOf = shades(areas.map((area) => area.value));
  const bounds = new LatLngBounds([]);
  for (const area of areas) {
    const rings = area.rings.map((ring) => ring.map(([lon, lat]) => [lat, lon]));
    const shape = polygon(rings, { color: OUTLINE, weight: 1, fillColor: shadeOf(area.value), fillOpacity: 0.9 });
    bounds.extend(label(shape, area).addTo(map).getBounds());
  }
  const largest = Math.max(1, ...points.map((point) => point.value));
  const named = areas.length === 0 && points.length <= MOST_NAMES;
  for (const point of points) {
    const radius = 4 + 22 * Math.sqrt(point.value / largest);
    const circle = circleMarker([point.lat, point.lon], {
      radius,
      color: "#fff",
      weight: 1.5,
      fillColor: areas.length ? SIGNAL : OUTLINE,
      fillOpacity: 0.8,
    });
    label(circle, point, named).addTo(map);
    bounds.extend([point.lat, point.lon]);
  }
  // A single point would be shown as near as can be, and so beside the picture.
  if (bounds.isValid()) map.fitBounds(bounds, { padding: [36, 36], maxZoom: 10 });
  if (legend) addLegend(map, legend, areas.length ? shadeOf.limits : []);
}

function shades(values) {
  const largest = Math.max(1, ...values);
  const limits = SHADES.map((_, index) => Math.round((largest * (index + 1)) / SHADES.length));
  const shadeOf = (value) => SHADES[Math.max(0, limits.findIndex((limit) => value <= limit))];
  shadeOf.limits = limits;
  return shadeOf;
}

function label(shape, { name, text, value, href }, named = false) {
  // As text, never as markup: names come from other systems.
  const words = document.createElement("span");
  const all = `${name}: ${text ?? value}`;
  words.textContent = named ? name : all;
  if (named) {
    const offset = [0, shape.getRadius() - 4];
    shape.bindTooltip(words, { permanent: true, direction: "bottom", offset, className: "app-map__name" });
    shape.on("mouseover", () => (words.textContent = all));
    shape.on("mouseout", () => (words.textContent = name));
  } else {
    shape.bindTooltip(words, { sticky: true });
  }
  if (href) shape.on("click", () => window.location.assign(href));
  return shape;
}

function addLegend(map, title, limits) {
  const control = new Control({ position: "bottomright" });
  control.onAdd = () => {
    const box = document.createElement("div");
    box.className = "app-legend";
    box.append(title);
    limits.forEach((limit, index) => {
      const line = document.createElement("div");
      const from = index === 0 ? 0 : limits[index - 1] + 1;
      line.append(sign(SHADES[index]), `${inWords(from)}–${inWords(limit)}`);
      box.append(line);
    });
    return box;
  };
  control.addTo(map);
}

function sign(colour) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "app-legend__sign");
  svg.setAttribute("viewBox", "0 0 1 1");
  const square = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of Object.entries({ width: "1", height: "1", fill: colour })) square.setAttribute(name, value);
  svg.append(square);
  return svg;
}

function inWords(number) {
  return number.toLocaleString(document.documentElement.lang);
}

for (const place of document.querySelectorAll("[data-map-url]")) draw(place);
