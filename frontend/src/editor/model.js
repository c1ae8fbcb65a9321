// A flow's definition and what can be done with it. Every function answers a new definition and shares with the old
// one what did not change; what it does not know it carries along as it is.

export function newId() {
  // Not `crypto.randomUUID`: that is there on pages of a secure origin alone.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

export const nodesOf = (definition) => definition.nodes ?? [];
export const nodeOf = (definition, uuid) => nodesOf(definition).find((node) => node.uuid === uuid);
const uiOf = (definition, uuid) => definition._ui?.nodes?.[uuid] ?? {};

// Of a step in the drawing, in its pixels; the height is a guess that errs on the large side.
const WIDTH = 230;
const GAP = { across: 60, down: 60, least: 24 };

export function heightOf(node) {
  const actions = node.actions ?? [];
  const lines = actions.reduce((sum, action) => sum + Math.min(4, Math.ceil((action.text ?? "x").length / 26)), 0);
  return 42 + lines * 20 + actions.length * 6 + (node.router ? 32 : 24);
}

// Positions of all nodes: their own, or, where some have none, below what leads to them.
export function positionsOf(definition) {
  const found = {};
  let lowest = 0;
  for (const node of nodesOf(definition)) {
    const position = uiOf(definition, node.uuid).position;
    if (position) {
      found[node.uuid] = { x: Number(position.left) || 0, y: Number(position.top) || 0 };
      lowest = Math.max(lowest, found[node.uuid].y + heightOf(node));
    }
  }
  if (nodesOf(definition).every((node) => found[node.uuid])) return apart(definition, found);
  const tidy = tidyPositions(definition);
  for (const node of nodesOf(definition)) {
    found[node.uuid] ??= { x: tidy[node.uuid].x, y: tidy[node.uuid].y + (lowest ? lowest + GAP.down : 0) };
  }
  return apart(definition, found);
}

// No step covers another: the lower one moves down. Flows from elsewhere were drawn with smaller steps.
function apart(definition, positions) {
  const placed = [];
  const inOrder = [...nodesOf(definition)].sort((one, other) => positions[one.uuid].y - positions[other.uuid].y);
  const found = {};
  for (const node of inOrder) {
    const { x } = positions[node.uuid];
    let { y } = positions[node.uuid];
    const height = heightOf(node);
    for (const other of placed) {
      const beside = x + WIDTH <= other.x || other.x + WIDTH <= x;
      if (!beside && y < other.bottom + GAP.least && y + height > other.y - GAP.least) y = other.bottom + GAP.least;
    }
    found[node.uuid] = { x, y };
    placed.push({ x, y, bottom: y + height });
    placed.sort((one, other) => one.y - other.y);
  }
  return found;
}

// Rows by the longest way from the first node, without going round in circles; what leads on stands below.
export function tidyPositions(definition) {
  const nodes = nodesOf(definition);
  const byId = new Map(nodes.map((node) => [node.uuid, node]));
  const row = new Map();
  const place = (start) => {
    const queue = [[start, 0]];
    while (queue.length) {
      const [uuid, depth] = queue.shift();
      if (row.has(uuid)) continue;
      row.set(uuid, depth);
      for (const exit of byId.get(uuid).exits ?? []) {
        if (byId.has(exit.destination_uuid)) queue.push([exit.destination_uuid, depth + 1]);
      }
    }
  };
  for (const node of nodes) if (!row.has(node.uuid)) place(node.uuid);
  const found = {};
  const rows = [];
  for (const [uuid, depth] of row) (rows[depth] ??= []).push(uuid);
  let y = 0;
  for (const uuids of rows) {
    uuids.forEach((uuid, index) => (found[uuid] = { x: index * (WIDTH + GAP.across), y }));
    y += Math.max(...uuids.map((uuid) => heightOf(byId.get(uuid)))) + GAP.down;
  }
  return found;
}

export function move(definition, positions) {
  const nodes = { ...definition._ui?.nodes };
  for (const [uuid, { x, y }] of Object.entries(positions)) {
    nodes[uuid] = { ...nodes[uuid], position: { left: Math.round(x), top: Math.round(y) } };
  }
  return { ...definition, _ui: { ...definition._ui, nodes } };
}

export function replaceNode(definition, node) {
  return { ...definition, nodes: nodesOf(definition).map((each) => (each.uuid === node.uuid ? node : each)) };
}

// Which way out of a node is called how: a router's categories share its exits.
export function waysOf(node) {
  const categories = node.router?.categories ?? [];
  return (node.exits ?? []).map((exit) => {
    const names = categories.filter((each) => each.exit_uuid === exit.uuid).map((each) => each.name);
    return { uuid: exit.uuid, destination: exit.destination_uuid ?? null, name: names.join(", ") };
  });
}

export function connect(definition, nodeId, exitId, destination) {
  const node = nodeOf(definition, nodeId);
  const exits = node.exits.map((exit) => (exit.uuid === exitId ? { ...exit, destination_uuid: destination } : exit));
  return replaceNode(definition, { ...node, exits });
}

export function removeNodes(definition, uuids) {
  const gone = new Set(uuids);
  const items = [];
  for (const uuid of uuids) items.push(...ownIds(nodeOf(definition, uuid)));
  const nodes = nodesOf(definition)
    .filter((node) => !gone.has(node.uuid))
    .map((node) =>
      node.exits?.some((exit) => gone.has(exit.destination_uuid))
        ? { ...node, exits: node.exits.map((exit) => (gone.has(exit.destination_uuid) ? { ...exit, destination_uuid: null } : exit)) }
        : node,
    );
  const ui = { ...definition._ui?.nodes };
  for (const uuid of uuids) delete ui[uuid];
  return withoutTranslations({ ...definition, nodes, _ui: { ...definition._ui, nodes: ui } }, items);
}

// Every id that a node brought along.
export function ownIds(node) {
  const items = [...(node.actions ?? []), ...(node.exits ?? []), ...(node.router?.categories ?? []), ...(node.router?.cases ?? [])];
  return [node.uuid, ...items.map((item) => item.uuid).filter(Boolean)];
}

export function withoutTranslations(definition, uuids) {
  if (!definition.localization) return definition;
  const localization = {};
  for (const [language, items] of Object.entries(definition.localization)) {
    localization[language] = { ...items };
    for (const uuid of uuids) delete localization[language][uuid];
  }
  return { ...definition, localization };
}

export function duplicateNode(definition, uuid) {
  const node = nodeOf(definition, uuid);
  const ids = Object.fromEntries(ownIds(node).map((id) => [id, newId()]));
  const renamed = (value) => JSON.parse(JSON.stringify(value), (_, inner) => ids[inner] ?? inner);
  const copy = renamed(node);
  copy.exits = copy.exits.map((exit) => ({ ...exit, destination_uuid: null }));
  const position = positionsOf(definition)[uuid];
  let changed = { ...definition, nodes: [...nodesOf(definition), copy] };
  for (const [language, items] of Object.entries(definition.localization ?? {})) {
    for (const [id, item] of Object.entries(items)) {
      if (ids[id]) changed = { ...changed, localization: { ...changed.localization, [language]: { ...changed.localization[language], [ids[id]]: item } } };
    }
  }
  changed = { ...changed, _ui: { ...changed._ui, nodes: { ...changed._ui?.nodes, [copy.uuid]: renamed(uiOf(definition, uuid)) } } };
  return [move(changed, { [copy.uuid]: { x: position.x + 40, y: position.y + 40 } }), copy.uuid];
}

export function makeFirst(definition, uuid) {
  const nodes = nodesOf(definition);
  return { ...definition, nodes: [nodeOf(definition, uuid), ...nodes.filter((node) => node.uuid !== uuid)] };
}

const exitTo = (destination = null) => ({ uuid: newId(), destination_uuid: destination });
const category = (name, exit) => ({ uuid: newId(), name, exit_uuid: exit.uuid });
const test = (type, words, to) => ({ uuid: newId(), type, arguments: words, category_uuid: to.uuid });

// New nodes by kind, as RapidPro's editor makes them: what waits or asks is a node of its own.
const MAKERS = {
  message: () => ({ ui: "execute_actions", actions: [{ uuid: newId(), type: "send_msg", text: "" }], exits: [exitTo()] }),
  deed: () => ({ ui: "execute_actions", actions: [{ uuid: newId(), type: "set_run_result", name: "", value: "", category: "" }], exits: [exitTo()] }),
  answer: (names) => switching("wait_for_response", "@input.text", [], names.any, { wait: { type: "msg" }, result_name: names.result }),
  split: (names) => switching("split_by_expression", "@input.text", [], names.other),
  random: (names) => {
    const exits = [exitTo(), exitTo()];
    const categories = exits.map((exit, index) => category(`${names.bucket} ${index + 1}`, exit));
    return { ui: "split_by_random", actions: [], router: { type: "random", categories }, exits };
  },
  flow: (names) => ({
    ...switching("split_by_subflow", "@child.status", [["has_only_text", ["completed"], names.complete], ["has_only_text", ["expired"], names.expired]], null),
    actions: [{ uuid: newId(), type: "enter_flow", flow: { uuid: "", name: "" } }],
  }),
  webhook: (names) => ({
    ...switching("split_by_webhook", "@(default(webhook.status, 0))", [["has_number_between", ["200", "299"], names.success]], names.failure),
    actions: [{ uuid: newId(), type: "call_webhook", method: "GET", url: "", headers: { Accept: "application/json" } }],
  }),
};

function switching(ui, operand, tests, other, more = {}) {
  const exits = [];
  const categories = [];
  const cases = tests.map(([type, words, name]) => {
    exits.push(exitTo());
    categories.push(category(name, exits.at(-1)));
    return test(type, words, categories.at(-1));
  });
  if (other !== null) {
    exits.push(exitTo());
    categories.push(category(other, exits.at(-1)));
  }
  const router = { type: "switch", operand, cases, categories, default_category_uuid: categories.at(-1).uuid, ...more };
  return { ui, actions: [], router, exits };
}

// Adds a node of a kind at a place; where `from` is given, that way out leads to it.
export function addNode(definition, kind, names, position, from = null) {
  const { ui, ...made } = MAKERS[kind](names);
  const node = { uuid: newId(), ...made };
  let changed = { ...definition, nodes: [...nodesOf(definition), node] };
  changed = { ...changed, _ui: { ...changed._ui, nodes: { ...changed._ui?.nodes, [node.uuid]: { type: ui } } } };
  changed = move(changed, { [node.uuid]: position });
  if (from) changed = connect(changed, from.node, from.exit, node.uuid);
  return [changed, node.uuid];
}

// Routers: a category has a way out of its own unless an imported flow says otherwise.

export function withCase(node, type = "has_any_word") {
  const exit = exitTo();
  const made = category("", exit);
  const { router } = node;
  // The last ones, for all other answers and for silence, stay last.
  const last = [router.default_category_uuid, router.wait?.timeout?.category_uuid];
  const before = router.categories.filter((each) => !last.includes(each.uuid));
  const after = router.categories.filter((each) => last.includes(each.uuid));
  const endings = after.map((each) => each.exit_uuid);
  const exits = [...node.exits.filter((each) => !endings.includes(each.uuid)), exit, ...node.exits.filter((each) => endings.includes(each.uuid))];
  return { ...node, router: { ...router, cases: [...(router.cases ?? []), test(type, [""], made)], categories: [...before, made, ...after] }, exits };
}

export function withCategory(node, name) {
  const exit = exitTo();
  return { ...node, router: { ...node.router, categories: [...node.router.categories, category(name, exit)] }, exits: [...node.exits, exit] };
}

export function withoutCase(node, uuid) {
  const cases = node.router.cases.filter((each) => each.uuid !== uuid);
  return withoutUnused({ ...node, router: { ...node.router, cases } });
}

export function withoutCategory(node, uuid) {
  const categories = node.router.categories.filter((each) => each.uuid !== uuid);
  return withoutUnusedExits({ ...node, router: { ...node.router, categories } });
}

// Takes away the categories that nothing leads to any more, and their ways out.
export function withoutUnused(node) {
  const { router } = node;
  const used = new Set([...(router.cases ?? []).map((each) => each.category_uuid), router.default_category_uuid, router.wait?.timeout?.category_uuid]);
  return withoutUnusedExits({ ...node, router: { ...router, categories: router.categories.filter((each) => used.has(each.uuid)) } });
}

function withoutUnusedExits(node) {
  const used = new Set(node.router.categories.map((each) => each.exit_uuid));
  return { ...node, exits: node.exits.filter((each) => used.has(each.uuid)) };
}

// Names a case's category: cases of one name share their category.
export function nameCase(node, item, name) {
  const { router } = node;
  const own = router.categories.find((each) => each.uuid === item.category_uuid);
  const sharing = router.cases.filter((each) => each.category_uuid === own.uuid).length > 1 || own.uuid === router.default_category_uuid;
  const same = router.categories.find((each) => each.uuid !== own.uuid && each.name.trim() !== "" && each.name.trim().toLowerCase() === name.trim().toLowerCase());
  const point = (to) => ({ ...node, router: { ...router, cases: router.cases.map((each) => (each.uuid === item.uuid ? { ...each, category_uuid: to } : each)) } });
  if (same) return withoutUnused(point(same.uuid));
  if (!sharing) {
    const categories = router.categories.map((each) => (each.uuid === own.uuid ? { ...each, name } : each));
    return { ...node, router: { ...router, categories } };
  }
  const exit = exitTo();
  const made = category(name, exit);
  const pointed = point(made.uuid);
  return { ...pointed, router: { ...pointed.router, categories: [made, ...router.categories] }, exits: [exit, ...node.exits] };
}

export function withTimeout(node, seconds, name) {
  const { router } = node;
  const { timeout, ...wait } = router.wait;
  if (!seconds) return withoutUnused({ ...node, router: { ...router, wait } });
  if (timeout) return { ...node, router: { ...router, wait: { ...wait, timeout: { ...timeout, seconds } } } };
  const exit = exitTo();
  const made = category(name, exit);
  return {
    ...node,
    router: { ...router, wait: { ...wait, timeout: { seconds, category_uuid: made.uuid } }, categories: [...router.categories, made] },
    exits: [...node.exits, exit],
  };
}

// Translations

const TRANSLATED = {
  send_msg: ["text", "quick_replies", "attachments"],
  send_broadcast: ["text", "quick_replies", "attachments"],
  send_email: ["subject", "body"],
  say_msg: ["text", "audio_url"],
  play_audio: ["audio_url"],
  set_run_result: ["category"],
};
const UNTRANSLATED_TESTS = new Set(["has_group", "has_category"]);

// Every text that can be translated: {node, item, property, texts}.
export function* translatables(definition) {
  for (const node of nodesOf(definition)) {
    for (const action of node.actions ?? []) {
      for (const property of TRANSLATED[action.type] ?? []) {
        const texts = [action[property] ?? []].flat();
        if (texts.some((text) => text)) yield { node: node.uuid, item: action.uuid, property, texts };
      }
    }
    for (const each of node.router?.categories ?? []) {
      if (node.router.result_name) yield { node: node.uuid, item: each.uuid, property: "name", texts: [each.name] };
    }
    for (const each of node.router?.cases ?? []) {
      const texts = each.arguments ?? [];
      const says = texts.some((text) => /\p{L}/u.test(text) && !text.startsWith("@"));
      if (node.router.wait && says && !UNTRANSLATED_TESTS.has(each.type)) yield { node: node.uuid, item: each.uuid, property: "arguments", texts };
    }
  }
}

export const translationOf = (definition, language, { item, property }) => definition.localization?.[language]?.[item]?.[property] ?? [];

export function translate(definition, language, { item, property }, texts) {
  const items = { ...definition.localization?.[language] };
  const properties = { ...items[item] };
  if (texts.some((text) => text)) properties[property] = texts;
  else delete properties[property];
  if (Object.keys(properties).length) items[item] = properties;
  else delete items[item];
  return { ...definition, localization: { ...definition.localization, [language]: items } };
}

// What has a place in expressions: results that some step keeps.
export function resultsOf(definition) {
  const names = new Set();
  for (const node of nodesOf(definition)) {
    if (node.router?.result_name) names.add(node.router.result_name);
    for (const action of node.actions ?? []) {
      if (action.type === "set_run_result" && action.name) names.add(action.name);
      if (action.result_name) names.add(action.result_name);
    }
  }
  return [...names].map((name) => ({ name, key: name.trim().toLowerCase().replace(/[^\p{L}\d_]+/gu, "_") }));
}
