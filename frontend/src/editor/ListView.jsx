// The same flow as a list, in the order that people meet it: for screen readers, and for whoever likes to read.
import { actionTitle, actionWords, titleOf } from "./describe.js";
import { nodesOf, waysOf } from "./model.js";
import { inWords, w } from "./words.js";

export function inOrder(definition) {
  const byId = new Map(nodesOf(definition).map((node) => [node.uuid, node]));
  const seen = new Set();
  const found = [];
  const visit = (uuid) => {
    if (!byId.has(uuid) || seen.has(uuid)) return;
    seen.add(uuid);
    found.push(byId.get(uuid));
    for (const exit of byId.get(uuid).exits ?? []) visit(exit.destination_uuid);
  };
  for (const node of nodesOf(definition)) visit(node.uuid);
  return found;
}

export function ListView({ definition, issues, onOpen, open }) {
  const nodes = inOrder(definition);
  const number = new Map(nodes.map((node, index) => [node.uuid, index + 1]));
  return (
    <ol className="fe-list" aria-label={w("list")}>
      {nodes.map((node) => (
        <li key={node.uuid} id={`fe-list-${node.uuid}`} className={`fe-list__step${open === node.uuid ? " fe-list__step--open" : ""}`}>
          <h2 className="govuk-heading-s fe-list__title">
            <button type="button" className="app-link-button" onClick={() => onOpen(node.uuid)}>{w("step_number", { number: number.get(node.uuid) })} · {titleOf(node)}</button>
          </h2>
          {(node.actions ?? []).map((action) => <p key={action.uuid} className="fe-list__action"><span className="app-muted">{actionTitle(action)}:</span> {actionWords(action)}</p>)}
          {(issues[node.uuid] ?? []).map((issue, index) => <p key={index} className="fe-issue">{inWords(issue)}</p>)}
          <ul className="fe-list__ways">
            {waysOf(node).map((way) => (
              <li key={way.uuid}>
                {way.name ? w("after_way", { way: way.name }) : w("after")} <span aria-hidden="true">→</span>{" "}
                {number.has(way.destination) ? (
                  <a className="govuk-link" href={`#fe-list-${way.destination}`}>{w("step_number", { number: number.get(way.destination) })}</a>
                ) : (
                  w("ends")
                )}
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ol>
  );
}
