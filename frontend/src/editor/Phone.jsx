// A phone beside the flow: one answers as somebody, at some time, and sees what each step did.
import { useEffect, useRef, useState } from "react";
import { ask } from "./saving.js";
import { urls, w } from "./words.js";

export function Phone({ definition, onTrace, onClose }) {
  const [held, setHeld] = useState(null);
  const [error, setError] = useState("");
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [person, setPerson] = useState(null);
  const [at, setAt] = useState("");
  const [web, setWeb] = useState({ status: "200", body: "{}" });
  const screen = useRef(null);
  const box = useRef(null);

  const step = async (asked) => {
    setBusy(true);
    const { status, answer } = await ask(urls.simulate, { definition, at, web_status: web.status, web_body: web.body, ...asked }).catch(() => ({ status: 0, answer: { error: w("not_reached") } }));
    setBusy(false);
    if (status !== 200) return setError(answer.error ?? w("not_reached"));
    setError("");
    setHeld(answer);
    setText("");
    onTrace((before) => traceOf(answer, asked.state ? before : null, definition));
    return box.current?.focus();
  };
  const begin = () => step({ contact: person?.id });
  useEffect(() => {
    screen.current?.scrollTo({ top: screen.current.scrollHeight });
  }, [held, error]);
  useEffect(() => () => onTrace(() => traceOf(null)), [onTrace]);

  const replies = held?.is_waiting ? (held.said.findLast((each) => each.kind === "ours")?.replies ?? []) : [];
  return (
    <section className="fe-panel fe-phone" aria-label={w("phone")}>
      <header className="fe-panel__head">
        <h2 className="govuk-heading-s fe-panel__title">{w("phone")}</h2>
        <button type="button" className="fe-close" aria-label={w("close")} onClick={onClose}>×</button>
      </header>
      <div className="fe-panel__body fe-phone__body">
        <details className="fe-details">
          <summary>{person ? w("as_person", { name: person.name }) : w("as_example")}</summary>
          {urls.people && <Person person={person} onChoose={setPerson} />}
          <div className="govuk-form-group fe-field">
            <label className="govuk-label fe-label" htmlFor="fe-at">{w("at_moment")}</label>
            <input id="fe-at" className="govuk-input" type="datetime-local" value={at} onChange={(event) => setAt(event.target.value)} />
          </div>
          <div className="govuk-form-group fe-field">
            <label className="govuk-label fe-label" htmlFor="fe-web">{w("web_answer")}</label>
            <div className="govuk-hint fe-hint">{w("web_hint")}</div>
            <div className="fe-web">
              <input className="govuk-input fe-web__status" aria-label={w("web_status")} inputMode="numeric" value={web.status} onChange={(event) => setWeb({ ...web, status: event.target.value })} />
              <textarea id="fe-web" className="govuk-textarea fe-textarea fe-code" rows={2} value={web.body} onChange={(event) => setWeb({ ...web, body: event.target.value })} />
            </div>
          </div>
        </details>
        <div className="app-phone__screen fe-phone__screen" role="log" aria-label={w("conversation")} tabIndex={0} ref={screen}>
          {!held && !error && <p className="app-phone__note">{w("phone_hint")}</p>}
          {(held?.said ?? []).map((each, index) => <Said key={index} {...each} />)}
          {error && <p className="app-phone__note app-phone__note--error">{error}</p>}
        </div>
        {replies.length > 0 && (
          <p className="fe-replies">
            {replies.map((reply) => (
              <button key={reply} type="button" className="fe-replies__one" disabled={busy} onClick={() => step({ state: held.state, text: reply })}>{reply}</button>
            ))}
          </p>
        )}
        {held?.is_waiting && (
          <form
            className="fe-phone__form"
            onSubmit={(event) => {
              event.preventDefault();
              if (text.trim()) step({ state: held.state, text });
            }}
          >
            <input ref={box} className="govuk-input" aria-label={w("your_answer")} autoComplete="off" value={text} onChange={(event) => setText(event.target.value)} />
            <button className="govuk-button fe-small" disabled={busy}>{w("answer")}</button>
          </form>
        )}
        <p className="fe-phone__buttons">
          <button type="button" className={`govuk-button fe-small${held ? " govuk-button--secondary" : ""}`} disabled={busy} onClick={begin}>{held ? w("start_again") : w("start")}</button>
          {held?.can_time_out && <button type="button" className="govuk-button govuk-button--secondary fe-small" disabled={busy} onClick={() => step({ state: held.state, silent: true })}>{w("say_nothing")}</button>}
        </p>
        {held?.results.length > 0 && (
          <>
            <h3 className="fe-label">{w("results")}</h3>
            <dl className="fe-results">
              {held.results.map((each) => (
                <div key={each.name}>
                  <dt>{each.name}</dt>
                  <dd>{each.value} <span className="app-muted">{each.category}</span></dd>
                </div>
              ))}
            </dl>
          </>
        )}
      </div>
    </section>
  );
}

function Said({ kind, text }) {
  if (kind === "ours" || kind === "theirs") return <p className={`app-phone__bubble app-phone__bubble--${kind}`}>{text}</p>;
  return <p className={`app-phone__note${kind === "error" ? " app-phone__note--error" : ""}`}>{text}</p>;
}

// The steps that were met and the ways that were gone, to show them in the drawing.
export function traceOf(answer, before = null, definition = null) {
  if (!answer) return { now: "", nodes: new Set(), exits: new Set() };
  const nodes = new Set(before?.nodes);
  const exits = new Set(before?.exits);
  for (const [node, exit] of answer.ways) {
    nodes.add(node);
    exits.add(exit);
  }
  if (answer.flow === definition?.uuid) nodes.add(answer.node);
  return { now: answer.is_waiting && answer.flow === definition?.uuid ? answer.node : "", nodes, exits };
}

function Person({ person, onChoose }) {
  const [name, setName] = useState("");
  const [found, setFound] = useState([]);
  useEffect(() => {
    if (name.trim().length < 2) return setFound([]);
    const stop = new AbortController();
    const timer = setTimeout(async () => {
      const response = await fetch(`${urls.people}?name=${encodeURIComponent(name)}`, { signal: stop.signal }).catch(() => null);
      if (response?.ok) setFound((await response.json()).people);
    }, 300);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [name]);
  return (
    <div className="govuk-form-group fe-field">
      <label className="govuk-label fe-label" htmlFor="fe-person">{w("as_somebody")}</label>
      <input id="fe-person" className="govuk-input" type="search" autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} />
      <ul className="fe-found">
        {person && <li><button type="button" className="app-link-button" onClick={() => onChoose(null)}>{w("as_example")}</button></li>}
        {found.map((each) => (
          <li key={each.id}>
            <button type="button" className="app-link-button" onClick={() => { onChoose(each); setName(""); }}>{each.name}</button> <span className="app-muted">{each.about}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
