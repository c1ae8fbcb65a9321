// A step as it stands on the canvas.
import { Handle, Position, useUpdateNodeInternals } from "@xyflow/react";
import { memo, useEffect } from "react";
import { actionTitle, actionWords, kindOf, titleOf } from "./describe.js";
import { waysOf } from "./model.js";
import { canEdit, inWords, w } from "./words.js";

export const Step = memo(function Step({ data, selected }) {
  const { node, issues, isFirst, isNow, wasMet } = data;
  const kind = kindOf(node);
  const ways = waysOf(node);
  // React Flow measures where ways begin once: it has to hear of it when there are others.
  const measure = useUpdateNodeInternals();
  const present = ways.map((way) => way.uuid).join();
  useEffect(() => measure(node.uuid), [measure, node.uuid, present]);
  const classes = ["fe-step", `fe-step--${kind}`];
  if (selected) classes.push("fe-step--selected");
  if (issues.length) classes.push("fe-step--wrong");
  if (wasMet) classes.push("fe-step--met");
  if (isNow) classes.push("fe-step--now");
  return (
    <div className={classes.join(" ")}>
      <Handle type="target" position={Position.Top} isConnectable={canEdit} className="fe-handle fe-handle--in" />
      <div className="fe-step__title">
        <span className="fe-step__name">{titleOf(node)}</span>
        {isFirst && <span className="fe-step__first">{w("first")}</span>}
      </div>
      <div className="fe-step__body">
        {(node.actions ?? []).map((action) => (
          <p key={action.uuid} className="fe-step__action">
            {kind !== "message" && <span className="fe-step__verb">{actionTitle(action)} </span>}
            {actionWords(action) || (kind === "message" && <span className="fe-step__empty">{w("no_text_yet")}</span>)}
          </p>
        ))}
        {issues.map((issue, index) => (
          <p key={index} className="fe-step__issue">{inWords(issue)}</p>
        ))}
      </div>
      <div className="fe-step__ways">
        {ways.map((way) => (
          <div key={way.uuid} className="fe-step__way">
            <span className="fe-step__way-name">{way.name}</span>
            <Handle type="source" id={way.uuid} position={Position.Bottom} isConnectable={canEdit} className="fe-handle fe-handle--out" />
          </div>
        ))}
      </div>
    </div>
  );
});
