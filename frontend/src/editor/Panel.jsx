// Everything about one step: what it does, how it goes on, and where to.
import { useContext, useEffect, useRef } from "react";
import { ActionForm } from "./ActionForm.jsx";
import { actionTitle, labelOf, titleOf } from "./describe.js";
import { Choice, Menu } from "./Fields.jsx";
import { Known } from "./known.js";
import { connect, makeFirst, newId, nodeOf, nodesOf, replaceNode, waysOf, withoutTranslations } from "./model.js";
import { RouterForm } from "./RouterForm.jsx";
import { canEdit, inWords, w } from "./words.js";

export const KINDS = ["message", "answer", "split", "deed", "flow", "webhook", "random"];
export const kindOption = (kind) => [kind, w(`add_${kind}`), <span className={`fe-dot fe-dot--${kind}`} aria-hidden="true" />];

export function Panel({ definition, uuid, change, issues, onClose, onAdd, onDelete, onDuplicate, onOpen }) {
  const node = nodeOf(definition, uuid);
  const { actions: types } = useContext(Known);
  const heading = useRef(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), [uuid]);
  if (!node) return null;
  const set = (changed) => change(`node:${uuid}`, (before) => replaceNode(before, changed));
  const setAction = (action) => set({ ...node, actions: node.actions.map((each) => (each.uuid === action.uuid ? action : each)) });
  const dropAction = (action) =>
    change("", (before) => withoutTranslations(replaceNode(before, { ...node, actions: node.actions.filter((each) => each !== action) }), [action.uuid]));
  const swap = (index, by) => {
    const actions = [...node.actions];
    [actions[index], actions[index + by]] = [actions[index + by], actions[index]];
    change("", (before) => replaceNode(before, { ...node, actions }));
  };
  const others = nodesOf(definition).filter((each) => each.uuid !== uuid);
  return (
    <section className="fe-panel" aria-label={w("panel")} onKeyDown={(event) => event.key === "Escape" && onClose()}>
      <header className="fe-panel__head">
        <h2 className="govuk-heading-s fe-panel__title" ref={heading} tabIndex={-1}>{titleOf(node)}</h2>
        <button type="button" className="fe-close" aria-label={w("close")} onClick={onClose}>×</button>
      </header>
      <div className="fe-panel__body">
        {issues.map((issue, index) => <p key={index} className="fe-issue">{inWords(issue)}</p>)}
        {(node.actions ?? []).map((action, index) => (
          <fieldset key={action.uuid} className="govuk-fieldset fe-action">
            <legend className="govuk-fieldset__legend fe-action__title">{actionTitle(action)}</legend>
            <ActionForm action={action} onChange={setAction} />
            {canEdit && (
              <p className="fe-case__actions">
                {node.actions.length > 1 && <button type="button" className="app-link-button" disabled={index === 0} onClick={() => swap(index, -1)}>{w("up")}</button>}
                {node.actions.length > 1 && <button type="button" className="app-link-button" disabled={index === node.actions.length - 1} onClick={() => swap(index, 1)}>{w("down")}</button>}
                <button type="button" className="app-link-button" onClick={() => dropAction(action)}>{w("remove")}</button>
              </p>
            )}
          </fieldset>
        ))}
        {canEdit && !node.router?.wait && (
          <Menu className="fe-menu--long" label={w("add_action")} options={types.map((type) => [type, w(`action_${type}`)])} onChoose={(type) => set({ ...node, actions: [...(node.actions ?? []), fresh(type)] })} />
        )}
        {node.router && <RouterForm node={node} onChange={set} />}
        <fieldset className="govuk-fieldset fe-cases">
          <legend className="govuk-fieldset__legend fe-label">{w("goes_on")}</legend>
          {waysOf(node).map((way) => (
            <div key={way.uuid} className="fe-way">
              <Choice
                label={way.name ? w("after_way", { way: way.name }) : w("after")}
                value={way.destination ?? ""}
                none={w("ends")}
                options={others.map((each) => [each.uuid, labelOf(each)])}
                onChange={(to) => change("", (before) => connect(before, uuid, way.uuid, to || null))}
              />
              {way.destination && <button type="button" className="app-link-button" onClick={() => onOpen(way.destination)}>{w("go_there")}</button>}
              {!way.destination && canEdit && <Menu className="fe-menu--up" label={w("new_step")} options={KINDS.map(kindOption)} onChoose={(kind) => onAdd(kind, { node: uuid, exit: way.uuid })} />}
            </div>
          ))}
        </fieldset>
      </div>
      {canEdit && (
        <footer className="fe-panel__foot">
          <button type="button" className="govuk-button govuk-button--secondary fe-small" onClick={() => onDuplicate(uuid)}>{w("duplicate")}</button>
          {nodesOf(definition)[0].uuid !== uuid && <button type="button" className="govuk-button govuk-button--secondary fe-small" onClick={() => change("", (before) => makeFirst(before, uuid))}>{w("make_first")}</button>}
          <button type="button" className="govuk-button govuk-button--warning fe-small" onClick={() => onDelete([uuid])}>{w("delete")}</button>
        </footer>
      )}
    </section>
  );
}

// What an action must have from the first.
const FIRST = {
  send_msg: { text: "" },
  send_broadcast: { text: "", groups: [], contacts: [] },
  send_email: { addresses: [], subject: "", body: "" },
  add_contact_groups: { groups: [] },
  remove_contact_groups: { groups: [] },
  add_input_labels: { labels: [] },
  add_contact_urn: { scheme: "tel", path: "" },
  set_contact_status: { status: "active" },
  set_run_result: { name: "", value: "", category: "" },
  set_run_local: { local: "", operation: "set", value: "" },
  set_contact_language: { language: "" },
  set_contact_name: { name: "" },
  call_webhook: { method: "GET", url: "", headers: { Accept: "application/json" } },
  call_resthook: { resthook: "" },
  start_session: { groups: [], contacts: [] },
};
const fresh = (type) => ({ uuid: newId(), type, ...FIRST[type] });
