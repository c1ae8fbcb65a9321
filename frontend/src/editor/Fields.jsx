// The boxes that forms are made of, with completion of expressions.
import { useContext, useId, useLayoutEffect, useRef, useState } from "react";
import { Known } from "./known.js";
import { canEdit, w } from "./words.js";

const FUNCTIONS = "abs char clean code concat count date datetime default default_date extract field first_name format format_date format_datetime format_location format_number format_urn has_text if is_error join json left length lower max min now number percent proper rand repeat replace right round text today trim upper urn_parts word word_count word_slice words".replace(" first_name", "").split(" ");
const MOST_OFFERED = 8;

export function Box({ label, hint, error, children }) {
  const id = useId();
  return (
    <div className={`govuk-form-group fe-field${error ? " govuk-form-group--error" : ""}`}>
      <label className="govuk-label fe-label" htmlFor={id}>{label}</label>
      {hint && <div className="govuk-hint fe-hint">{hint}</div>}
      {error && <p className="govuk-error-message">{error}</p>}
      {children(id)}
    </div>
  );
}

export function Text({ label, hint, value, onChange, type = "text", error }) {
  return (
    <Box label={label} hint={hint} error={error}>
      {(id) => <input id={id} className="govuk-input" type={type} value={value ?? ""} disabled={!canEdit} onChange={(event) => onChange(event.target.value)} />}
    </Box>
  );
}

export function Choice({ label, hint, value, onChange, options, none }) {
  const known = options.some(([code]) => code === value);
  return (
    <Box label={label} hint={hint}>
      {(id) => (
        <select id={id} className="govuk-select" value={value ?? ""} disabled={!canEdit} onChange={(event) => onChange(event.target.value)}>
          {(none !== undefined || !known) && <option value={known ? "" : (value ?? "")}>{known || !value ? (none ?? "") : value}</option>}
          {options.map(([code, name]) => <option key={code} value={code}>{name}</option>)}
        </select>
      )}
    </Box>
  );
}

export function Tick({ label, value, onChange }) {
  const id = useId();
  return (
    <div className="govuk-checkboxes govuk-checkboxes--small fe-field">
      <div className="govuk-checkboxes__item">
        <input id={id} className="govuk-checkboxes__input" type="checkbox" checked={Boolean(value)} disabled={!canEdit} onChange={(event) => onChange(event.target.checked)} />
        <label className="govuk-label govuk-checkboxes__label" htmlFor={id}>{label}</label>
      </div>
    </div>
  );
}

// One line for each entry.
export function Lines({ label, hint, value, onChange }) {
  const [own, setOwn] = useState(null);
  const shown = own ?? (value ?? []).join("\n");
  return (
    <Box label={label} hint={hint}>
      {(id) => (
        <textarea
          id={id}
          className="govuk-textarea fe-textarea"
          rows={Math.min(8, Math.max(2, shown.split("\n").length))}
          value={shown}
          disabled={!canEdit}
          onChange={(event) => {
            setOwn(event.target.value);
            onChange(event.target.value.split("\n").map((line) => line.trim()).filter(Boolean));
          }}
          onBlur={() => setOwn(null)}
        />
      )}
    </Box>
  );
}

// Things of one kind, chosen by name; what is not here any more can still be taken away.
export function Several({ label, hint, value = [], options, onChange }) {
  const id = useId();
  const chosen = new Set(value.map((item) => item.uuid));
  const [next, setNext] = useState("");
  const add = () => {
    const found = options.find((item) => item.uuid === next);
    if (found) onChange([...value, { uuid: found.uuid, name: found.name }]);
    setNext("");
  };
  return (
    <div className="govuk-form-group fe-field">
      <label className="govuk-label fe-label" htmlFor={id}>{label}</label>
      {hint && <div className="govuk-hint fe-hint">{hint}</div>}
      <ul className="fe-chosen">
        {value.map((item, index) => (
          <li key={item.uuid ?? index} className="fe-chosen__item">
            {item.name || item.name_match}
            {canEdit && (
              <button type="button" className="fe-chosen__drop" aria-label={w("take_away", { name: item.name || item.name_match })} onClick={() => onChange(value.filter((_, at) => at !== index))}>
                ×
              </button>
            )}
          </li>
        ))}
      </ul>
      {canEdit && (
        <div className="fe-several">
          <select id={id} className="govuk-select" value={next} onChange={(event) => setNext(event.target.value)}>
            <option value="">{w("choose")}</option>
            {options.filter((item) => !chosen.has(item.uuid)).map((item) => <option key={item.uuid} value={item.uuid}>{item.name}</option>)}
          </select>
          <button type="button" className="govuk-button govuk-button--secondary fe-small" disabled={!next} onClick={add}>{w("add_one")}</button>
        </div>
      )}
    </div>
  );
}

// Things that can be added, behind a button. A select box would add what one only passes with the arrow keys.
export function Menu({ label, options, onChoose, className = "" }) {
  const choose = (event, code) => {
    event.currentTarget.closest("details").open = false;
    onChoose(code);
  };
  return (
    <details className={`fe-menu ${className}`} onKeyDown={(event) => {
      if (event.key !== "Escape" || !event.currentTarget.open) return;
      event.stopPropagation();
      event.currentTarget.open = false;
      event.currentTarget.querySelector("summary").focus();
    }} onBlur={(event) => {
      if (!event.currentTarget.contains(event.relatedTarget)) event.currentTarget.open = false;
    }}>
      <summary className="govuk-button govuk-button--secondary fe-small">{label}</summary>
      <ul className="fe-menu__list">
        {options.map(([code, name, mark]) => (
          <li key={code}>
            <button type="button" className="fe-menu__item" onClick={(event) => choose(event, code)}>{mark}{name}</button>
          </li>
        ))}
      </ul>
    </details>
  );
}

// JSON that is only taken over while it is right.
export function JSONBox({ label, hint, value, onChange }) {
  const [own, setOwn] = useState(null);
  const [error, setError] = useState("");
  const shown = own ?? JSON.stringify(value, null, 2);
  return (
    <Box label={label} hint={hint} error={error}>
      {(id) => (
        <textarea
          id={id}
          className="govuk-textarea fe-textarea fe-code"
          rows={Math.min(16, Math.max(3, shown.split("\n").length))}
          spellCheck="false"
          value={shown}
          disabled={!canEdit}
          onChange={(event) => {
            setOwn(event.target.value);
            try {
              const read = JSON.parse(event.target.value);
              if (read === null || typeof read !== "object" || Array.isArray(read)) throw new TypeError();
              setError("");
              onChange(read);
            } catch {
              setError(w("not_json"));
            }
          }}
          onBlur={() => !error && setOwn(null)}
        />
      )}
    </Box>
  );
}

// A text with expressions: "@" offers what there is.
export function Template({ label, hint, value, onChange, rows = 1 }) {
  const known = useContext(Known);
  const box = useRef(null);
  const caret = useRef(null);
  const list = useId();
  const [offer, setOffer] = useState(null);
  const [at, setAt] = useState(0);

  const look = (element) => {
    const before = element.value.slice(0, element.selectionStart);
    const typed = /(^|[^@\w])@(\(?)([\w.]*)$/.exec(before);
    if (!typed) return setOffer(null);
    const [, , open, word] = typed;
    const all = open ? [...known.expressions, ...FUNCTIONS.map((name) => `${name}(`)] : known.expressions;
    const found = all.filter((each) => each.startsWith(word) && each !== word).slice(0, MOST_OFFERED);
    setAt(0);
    return setOffer(found.length ? { found, length: word.length } : null);
  };
  const take = (word) => {
    const element = box.current;
    const end = element.selectionStart;
    const text = value ?? "";
    onChange(text.slice(0, end - offer.length) + word + text.slice(end));
    setOffer(null);
    caret.current = end - offer.length + word.length;
  };
  // Before the next key is pressed: React puts the caret behind the whole text.
  useLayoutEffect(() => {
    if (caret.current === null) return;
    box.current.focus();
    box.current.setSelectionRange(caret.current, caret.current);
    caret.current = null;
  });
  const onKeyDown = (event) => {
    if (!offer) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setAt((at + (event.key === "ArrowDown" ? 1 : -1) + offer.found.length) % offer.found.length);
    } else if (event.key === "Enter" || event.key === "Tab") {
      event.preventDefault();
      take(offer.found[at]);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      setOffer(null);
    }
  };
  const Element = rows > 1 ? "textarea" : "input";
  return (
    <Box label={label} hint={hint}>
      {(id) => (
        <div className="fe-template">
          <Element
            id={id}
            ref={box}
            className={rows > 1 ? "govuk-textarea fe-textarea" : "govuk-input"}
            {...(rows > 1 ? { rows } : {})}
            {...(rows > 1 ? {} : { role: "combobox", "aria-expanded": Boolean(offer) })}
            aria-autocomplete="list"
            aria-controls={list}
            aria-activedescendant={offer ? `${list}-${at}` : undefined}
            value={value ?? ""}
            disabled={!canEdit}
            onChange={(event) => {
              onChange(event.target.value);
              look(event.target);
            }}
            onKeyDown={onKeyDown}
            onBlur={() => setTimeout(() => setOffer(null), 150)}
          />
          <ul id={list} role="listbox" aria-label={w("expressions")} className="fe-offer" hidden={!offer}>
            {(offer?.found ?? []).map((word, index) => (
              <li key={word} id={`${list}-${index}`} role="option" aria-selected={index === at} className="fe-offer__item" onMouseDown={(event) => { event.preventDefault(); take(word); }}>
                @{word}
              </li>
            ))}
          </ul>
        </div>
      )}
    </Box>
  );
}
