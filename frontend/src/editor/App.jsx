// The editor as a whole: the bar above, the flow in one of three views, and beside it a step or the phone.
import { ReactFlowProvider } from "@xyflow/react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Canvas } from "./Canvas.jsx";
import { labelOf } from "./describe.js";
import { Menu } from "./Fields.jsx";
import { useHistory } from "./history.js";
import { expressionsOf, Known } from "./known.js";
import { ListView } from "./ListView.jsx";
import { addNode, duplicateNode, heightOf, move, nodeOf, nodesOf, positionsOf, removeNodes, tidyPositions } from "./model.js";
import { kindOption, KINDS, Panel } from "./Panel.jsx";
import { Phone, traceOf } from "./Phone.jsx";
import { useSaving } from "./saving.js";
import { Translations } from "./Translations.jsx";
import { canEdit, urls, w } from "./words.js";

const NAMES = Object.fromEntries(["any", "other", "bucket", "complete", "expired", "success", "failure"].map((key) => [key, w(`name_${key}`)]));
const VIEWS = ["drawing", "list", "translations"];

export function App({ first }) {
  const { definition, loaded, change, load, undo, redo, canUndo, canRedo } = useHistory(first.definition);
  const saving = useSaving(definition, loaded, first);
  const [view, setView] = useState("drawing");
  const [open, setOpen] = useState(null);
  const [phone, setPhone] = useState(false);
  const [trace, setTrace] = useState(() => traceOf(null));
  const [focus, setFocus] = useState(null);
  const [news, setNews] = useState("");
  const selected = useRef([]);

  const issues = useMemo(() => {
    const found = {};
    for (const issue of saving.known.issues) (found[issue.node_uuid] ??= []).push(issue);
    return found;
  }, [saving.known.issues]);
  const known = useMemo(
    () => ({
      assets: { ...first.assets, flows: first.assets.flows.filter((each) => each.uuid !== first.definition.uuid) },
      languages: first.languages,
      actions: first.actions,
      expressions: expressionsOf(definition, first.assets),
    }),
    [definition, first],
  );

  const show = useCallback((uuid) => {
    setOpen(uuid);
    if (uuid) setPhone(false);
  }, []);
  const goTo = useCallback((uuid) => {
    show(uuid);
    setFocus({ uuid });
  }, [show]);
  const add = useCallback(
    (kind, from = null, position = null) => {
      const positions = positionsOf(definition);
      const beside = from?.node ?? open ?? selected.current[0];
      const node = beside && nodeOf(definition, beside);
      const lowest = Math.max(0, ...nodesOf(definition).map((each) => positions[each.uuid].y + heightOf(each) + 60));
      const place = position ?? (node ? { x: positions[node.uuid].x, y: positions[node.uuid].y + heightOf(node) + 60 } : { x: 0, y: nodesOf(definition).length ? lowest : 0 });
      while (Object.values(positions).some((each) => Math.abs(each.x - place.x) < 40 && Math.abs(each.y - place.y) < 40)) place.x += 320;
      // A step that is added to the one that is open follows it, where that leads nowhere yet.
      const free = !from && node?.exits.length === 1 && !node.exits[0].destination_uuid ? { node: node.uuid, exit: node.exits[0].uuid } : from;
      const names = { ...NAMES, result: w("name_result", { number: nodesOf(definition).filter((each) => each.router?.wait).length + 1 }) };
      const [changed, uuid] = addNode(definition, kind, names, place, free);
      change("", () => changed);
      setView((before) => (before === "translations" ? "drawing" : before));
      goTo(uuid);
    },
    [definition, open, change, goTo],
  );
  const remove = useCallback(
    (uuids) => {
      change("", (before) => removeNodes(before, uuids.filter((uuid) => nodeOf(before, uuid))));
      setOpen(null);
      setNews(w("deleted", { number: uuids.length }));
    },
    [change],
  );
  const duplicate = useCallback(
    (uuid) => {
      const [changed, copy] = duplicateNode(definition, uuid);
      change("", () => changed);
      goTo(copy);
    },
    [definition, change, goTo],
  );

  useEffect(() => {
    const onKeyDown = (event) => {
      const typing = event.target.matches?.("input, textarea, select, [contenteditable]");
      const command = event.ctrlKey || event.metaKey;
      const key = event.key.toLowerCase();
      if (command && key === "z" && !typing) {
        event.preventDefault();
        if (event.shiftKey) redo();
        else undo();
      } else if (command && key === "y" && !typing) {
        event.preventDefault();
        redo();
      } else if (command && key === "s") {
        event.preventDefault();
        saving.save();
      } else if (key === "/" && !typing) {
        event.preventDefault();
        document.getElementById("fe-search").focus();
      } else if ((key === "delete" || key === "backspace") && !typing && canEdit) {
        const focused = document.activeElement?.closest?.(".react-flow__node")?.dataset.id;
        const uuids = selected.current.length ? selected.current : focused ? [focused] : [];
        if (uuids.length && document.activeElement?.closest(".fe-canvas")) {
          event.preventDefault();
          remove(uuids);
        }
      }
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [undo, redo, remove, saving.save]);

  const onSelect = useCallback(({ nodes }) => {
    selected.current = nodes.map((node) => node.id);
  }, []);
  const onDrop = useCallback((from, position) => add("message", from, position), [add]);
  const publish = async () => setNews((await saving.publish()) ? w("published") : "");
  const settle = async (mine) => {
    const answer = await (await fetch(urls.definition)).json();
    if (!mine) load(answer.definition);
    saving.settle(answer, mine);
  };

  return (
    <Known.Provider value={known}>
      <div className="fe-bar">
        {canEdit && (
          <Menu label={w("add")} options={KINDS.map(kindOption)} onChoose={(kind) => add(kind)} />
        )}
        {canEdit && (
          <span className="fe-group">
            <button type="button" className="fe-tool" disabled={!canUndo} onClick={undo} title="Ctrl+Z">{w("undo")}</button>
            <button type="button" className="fe-tool" disabled={!canRedo} onClick={redo} title="Ctrl+Y">{w("redo")}</button>
            {view === "drawing" && <button type="button" className="fe-tool" onClick={() => { change("", (before) => move(before, tidyPositions(before))); }}>{w("tidy")}</button>}
          </span>
        )}
        <span className="fe-group" role="group" aria-label={w("view")}>
          {VIEWS.map((each) => (
            <button key={each} type="button" className="fe-tool" aria-pressed={view === each} onClick={() => setView(each)}>{w(`view_${each}`)}</button>
          ))}
        </span>
        <Search definition={definition} onFound={(uuid) => { if (view === "translations") setView("drawing"); goTo(uuid); }} />
        <span className="fe-bar__end">
          <Saved saving={saving} />
          <button type="button" className="govuk-button govuk-button--secondary fe-small" aria-pressed={phone} onClick={() => { setPhone(!phone); setOpen(null); }}>{w("try")}</button>
          {canEdit && (
            <button type="button" className="govuk-button fe-small" disabled={saving.state === "conflict" || (saving.state === "saved" && saving.known.published === saving.known.revision)} onClick={publish}>{w("publish")}</button>
          )}
        </span>
      </div>
      {saving.state === "conflict" && (
        <div className="fe-conflict" role="alert">
          <p>{saving.error} {w("conflict")}</p>
          <button type="button" className="govuk-button govuk-button--secondary fe-small" onClick={() => settle(false)}>{w("take_theirs")}</button>
          <button type="button" className="govuk-button govuk-button--secondary fe-small" onClick={() => settle(true)}>{w("keep_mine")}</button>
        </div>
      )}
      {saving.error && saving.state !== "conflict" && <p className="fe-error" role="alert">{saving.error}</p>}
      {saving.known.questions && canEdit && <p className="fe-remark">{w("was_questions")}</p>}
      <Faults issues={saving.known.issues} definition={definition} onOpen={goTo} />
      <p className="govuk-visually-hidden" role="status">{news}</p>
      <div className={`fe-work${open || phone ? " fe-work--beside" : ""}`}>
        <div className="fe-work__main">
          {view === "drawing" && (
            <ReactFlowProvider>
              <Canvas definition={definition} change={change} issues={issues} open={open} onOpen={show} onSelect={onSelect} onDrop={onDrop} trace={trace} focus={focus} />
              {nodesOf(definition).length === 0 && canEdit && <Nothing onAdd={add} />}
            </ReactFlowProvider>
          )}
          {view === "list" && <ListView definition={definition} issues={issues} onOpen={show} open={open} />}
          {view === "translations" && <Translations definition={definition} languages={first.languages} change={change} onOpen={show} />}
        </div>
        {open && <Panel definition={definition} uuid={open} change={change} issues={issues[open] ?? []} onClose={() => { setOpen(null); setFocus({ uuid: open, takes: true }); }} onAdd={add} onDelete={remove} onDuplicate={duplicate} onOpen={goTo} />}
        {phone && <Phone definition={definition} onTrace={setTrace} onClose={() => setPhone(false)} />}
      </div>
    </Known.Provider>
  );
}

function Saved({ saving }) {
  const { state, known } = saving;
  if (!canEdit) return <span className="fe-saved">{w("read_only")}</span>;
  const isPublished = known.published === known.revision;
  const words = { saving: w("saving"), unsaved: w("saving"), failed: w("not_saved"), conflict: w("not_saved") }[state] ?? (isPublished ? w("in_use") : w("draft_saved"));
  return <span className={`fe-saved fe-saved--${state}`}>{words}</span>;
}

// Faults that belong to no step, and a count of those that do.
function Faults({ issues, definition, onOpen }) {
  const placed = issues.filter((issue) => nodeOf(definition, issue.node_uuid));
  const others = issues.filter((issue) => !issue.node_uuid);
  if (!placed.length && !others.length) return null;
  return (
    <div className="fe-faults">
      {others.map((issue, index) => <p key={index} className="fe-issue">{issue.description}</p>)}
      {placed.length > 0 && (
        <p className="fe-faults__line">
          {w("faults", { number: placed.length })}{" "}
          <button type="button" className="app-link-button" onClick={() => onOpen(placed[0].node_uuid)}>{w("show_first")}</button>
        </p>
      )}
    </div>
  );
}

function Nothing({ onAdd }) {
  return (
    <div className="fe-nothing">
      <h2 className="govuk-heading-m">{w("nothing")}</h2>
      <p className="govuk-body">{w("nothing_hint")}</p>
      <button type="button" className="govuk-button fe-small" onClick={() => onAdd("message")}>{w("first_message")}</button>
    </div>
  );
}

function Search({ definition, onFound }) {
  const [words, setWords] = useState("");
  const found = useMemo(() => {
    const wanted = words.trim().toLowerCase();
    if (!wanted) return [];
    return nodesOf(definition).filter((node) => JSON.stringify([node.actions, node.router]).toLowerCase().includes(wanted) || node.uuid.startsWith(wanted)).slice(0, 8);
  }, [words, definition]);
  const choose = (uuid) => {
    setWords("");
    onFound(uuid);
  };
  return (
    <form className="fe-search" role="search" onSubmit={(event) => { event.preventDefault(); if (found.length) choose(found[0].uuid); }}>
      <input id="fe-search" className="govuk-input fe-search__box" type="search" aria-label={w("search")} placeholder={w("search")} autoComplete="off" value={words} onChange={(event) => setWords(event.target.value)} onKeyDown={(event) => event.key === "Escape" && setWords("")} />
      {words.trim() && (
        <ul className="fe-search__found">
          {found.map((node) => <li key={node.uuid}><button type="button" className="fe-menu__item" onClick={() => choose(node.uuid)}>{labelOf(node)}</button></li>)}
          {!found.length && <li className="fe-search__none">{w("search_none")}</li>}
        </ul>
      )}
    </form>
  );
}
