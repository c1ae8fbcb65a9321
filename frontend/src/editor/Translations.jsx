// All texts side by side with their translations into one language.
import { useId, useState } from "react";
import { labelOf } from "./describe.js";
import { nodeOf, translatables, translate, translationOf } from "./model.js";
import { canEdit, w } from "./words.js";

export function Translations({ definition, languages, change, onOpen }) {
  const has = Object.keys(definition.localization ?? {});
  const [language, setLanguage] = useState(has[0] ?? "");
  const [onlyMissing, setOnlyMissing] = useState(false);
  const id = useId();
  const nameOf = (code) => languages.find((each) => each.code === code)?.name ?? code;
  const texts = [...translatables(definition)];
  const isMissing = (each) => !translationOf(definition, language, each).some((text) => text);
  const missing = language ? texts.filter(isMissing) : [];
  const offered = [...new Set([...has, ...languages.map(({ code }) => code)])].filter((code) => code !== definition.language);
  return (
    <div className="fe-translations">
      <div className="fe-translations__bar">
        <div>
          <label className="govuk-label fe-label" htmlFor={id}>{w("translate_to")}</label>
          <select id={id} className="govuk-select" value={language} onChange={(event) => setLanguage(event.target.value)}>
            <option value="">{w("choose")}</option>
            {offered.map((code) => <option key={code} value={code}>{nameOf(code)}{has.includes(code) ? " ✓" : ""}</option>)}
          </select>
        </div>
        {language && <p className="fe-translations__count" role="status">{w("missing", { number: missing.length, all: texts.length })}</p>}
        {language && (
          <label className="fe-translations__only">
            <input type="checkbox" checked={onlyMissing} onChange={(event) => setOnlyMissing(event.target.checked)} /> {w("only_missing")}
          </label>
        )}
      </div>
      {language && (
        <table className="govuk-table fe-translations__table">
          <thead>
            <tr>
              <th className="govuk-table__header" scope="col">{nameOf(definition.language)}</th>
              <th className="govuk-table__header" scope="col">{nameOf(language)}</th>
            </tr>
          </thead>
          <tbody>
            {(onlyMissing ? missing : texts).map((each) => (
              <Row key={`${each.item}.${each.property}`} each={each} definition={definition} language={language} change={change} onOpen={onOpen} name={nameOf(language)} />
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

function Row({ each, definition, language, change, onOpen, name }) {
  const lines = each.property !== "text" && each.property !== "body";
  const translated = translationOf(definition, language, each);
  const shown = translated.join("\n");
  const set = (text) => change(`translation:${each.item}.${each.property}`, (before) => translate(before, language, each, each.texts.length > 1 && lines ? text.split("\n") : [text]));
  return (
    <tr className={shown ? "" : "fe-translations__missing"}>
      <td className="govuk-table__cell fe-translations__source">
        {each.texts.join("\n")}
        <button type="button" className="app-link-button fe-translations__where" onClick={() => onOpen(each.node)}>{labelOf(nodeOf(definition, each.node)).slice(0, 40)}</button>
      </td>
      <td className="govuk-table__cell">
        <textarea
          className="govuk-textarea fe-textarea"
          aria-label={w("translation_of", { text: each.texts[0].slice(0, 60), language: name })}
          rows={Math.max(1, Math.ceil(each.texts.join("\n").length / 44), each.texts.length)}
          value={shown}
          disabled={!canEdit}
          onChange={(event) => set(event.target.value)}
        />
      </td>
    </tr>
  );
}
