// A form for each kind of action. What a form has no box for is in its JSON, so nothing is lost.
import { useContext } from "react";
import { Choice, JSONBox, Lines, Several, Template, Text, Tick } from "./Fields.jsx";
import { Known } from "./known.js";
import { w } from "./words.js";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"].map((name) => [name, name]);
const STATUSES = ["active", "blocked", "stopped", "archived"];
const OPERATIONS = ["set", "increment", "clear"];

// Each box: the property, how it is asked for, and more for the box.
const template = (name, more = {}) => ({ name, box: "template", ...more });
const FORMS = {
  send_msg: [template("text", { rows: 5 }), { name: "quick_replies", box: "replies" }, { name: "attachments", box: "lines" }],
  say_msg: [template("text", { rows: 5 }), template("audio_url")],
  play_audio: [template("audio_url")],
  send_broadcast: [template("text", { rows: 5 }), { name: "groups", box: "several", of: "groups" }, template("contact_query"), { name: "quick_replies", box: "replies" }],
  send_email: [{ name: "addresses", box: "lines" }, template("subject"), template("body", { rows: 6 })],
  set_contact_name: [template("name")],
  set_contact_language: [{ name: "language", box: "language" }],
  set_contact_timezone: [template("timezone")],
  set_contact_status: [{ name: "status", box: "one_of", options: STATUSES }],
  set_contact_field: [{ name: "field", box: "field" }, template("value")],
  set_contact_channel: [{ name: "channel", box: "reference", of: "channels" }],
  add_contact_urn: [{ name: "scheme", box: "text" }, template("path")],
  add_contact_groups: [{ name: "groups", box: "several", of: "groups" }],
  remove_contact_groups: [{ name: "all_groups", box: "tick" }, { name: "groups", box: "several", of: "groups", unless: "all_groups" }],
  add_input_labels: [{ name: "labels", box: "several", of: "labels" }],
  set_run_result: [{ name: "name", box: "text", label: "result_name" }, template("value"), { name: "category", box: "text" }],
  set_run_local: [{ name: "local", box: "text" }, { name: "operation", box: "one_of", options: OPERATIONS }, template("value")],
  enter_flow: [{ name: "flow", box: "reference", of: "flows" }, { name: "terminal", box: "tick" }],
  start_session: [{ name: "flow", box: "reference", of: "flows" }, { name: "groups", box: "several", of: "groups" }, template("contact_query"), { name: "create_contact", box: "tick" }],
  call_webhook: [{ name: "method", box: "one_of", options: METHODS }, template("url"), { name: "headers", box: "headers" }, template("body", { rows: 6, unless_method: "GET" }), { name: "result_name", box: "text" }],
  call_resthook: [{ name: "resthook", box: "text" }, { name: "result_name", box: "text" }],
};

export function ActionForm({ action, onChange }) {
  const boxes = (FORMS[action.type] ?? []).filter((box) => !(box.unless && action[box.unless]) && !(box.unless_method && action.method === box.unless_method));
  const set = (name, value) => {
    const changed = { ...action, [name]: value };
    // The engine takes an empty property for a wrong one where it may be absent.
    if (value === "" && ["result_name", "audio_url", "contact_query", "body"].includes(name)) delete changed[name];
    if (name === "all_groups" && value) changed.groups = [];
    if (name === "method" && value === "GET") delete changed.body;
    onChange(changed);
  };
  return (
    <>
      {boxes.map((box) => <Asked key={box.name} box={box} action={action} set={set} />)}
      <details className="fe-details">
        <summary>{w("as_json")}</summary>
        <JSONBox key={action.uuid} label={w("json_of_action")} value={action} onChange={(read) => onChange({ ...read, uuid: action.uuid })} />
      </details>
    </>
  );
}

function Asked({ box, action, set }) {
  const { assets, languages } = useContext(Known);
  const label = w(`field_${box.label ?? box.name}`);
  const value = action[box.name];
  const onChange = (changed) => set(box.name, changed);
  switch (box.box) {
    case "template":
      return <Template label={label} value={value} rows={box.rows} onChange={onChange} />;
    case "lines":
      return <Lines label={label} hint={w("one_a_line")} value={value} onChange={onChange} />;
    case "replies":
      return <Lines label={label} hint={w("one_a_line")} value={(value ?? []).map((each) => (typeof each === "string" ? each : (each.text ?? "")))} onChange={onChange} />;
    case "tick":
      return <Tick label={label} value={value} onChange={onChange} />;
    case "one_of":
      return <Choice label={label} value={value} options={box.options.map((each) => (Array.isArray(each) ? each : [each, w(`option_${each}`)]))} onChange={onChange} />;
    case "several":
      return <Several label={label} value={value} options={assets[box.of].filter((item) => !item.query)} onChange={onChange} />;
    case "reference":
      return <Reference label={label} value={value} options={assets[box.of]} onChange={onChange} />;
    case "language":
      return <Choice label={label} value={value} none={w("no_language")} options={languages.map(({ code, name }) => [code, name])} onChange={onChange} />;
    case "field":
      return (
        <Choice
          label={label}
          value={value?.key}
          options={[...assets.fields.map(({ key, name }) => [key, name])]}
          onChange={(key) => onChange({ key, name: assets.fields.find((field) => field.key === key)?.name ?? key })}
        />
      );
    case "headers":
      return (
        <Lines
          label={label}
          hint={w("headers_hint")}
          value={Object.entries(value ?? {}).map(([name, text]) => `${name}: ${text}`)}
          onChange={(lines) => onChange(Object.fromEntries(lines.filter((line) => line.includes(":")).map((line) => [line.slice(0, line.indexOf(":")).trim(), line.slice(line.indexOf(":") + 1).trim()])))}
        />
      );
    default:
      return <Text label={label} value={value} onChange={onChange} />;
  }
}

function Reference({ label, value, options, onChange }) {
  const named = value?.uuid && !options.some((item) => item.uuid === value.uuid) ? [...options, { uuid: value.uuid, name: value.name || value.uuid }] : options;
  return (
    <Choice
      label={label}
      value={value?.uuid ?? ""}
      none=""
      options={named.map((item) => [item.uuid, item.name])}
      onChange={(uuid) => onChange(uuid ? { uuid, name: named.find((item) => item.uuid === uuid).name } : undefined)}
    />
  );
}
