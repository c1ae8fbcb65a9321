// Keeps the definition at the server while one writes: a draft, until it is published.
import { useCallback, useEffect, useRef, useState } from "react";
import { canEdit, urls, w } from "./words.js";

const PAUSE_MILLISECONDS = 1500;

export async function ask(url, body) {
  const token = document.getElementById("flow-editor").dataset.token;
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify(body),
  });
  const isJSON = response.headers.get("Content-Type")?.startsWith("application/json");
  return { status: response.redirected ? 401 : response.status, answer: isJSON ? await response.json() : {} };
}

// `loaded` is what the server has; state is saved, unsaved, saving, conflict or failed.
export function useSaving(definition, loaded, first) {
  const [known, setKnown] = useState(first);
  const [state, setState] = useState("saved");
  const [error, setError] = useState("");
  const saved = useRef(loaded);
  const latest = useRef(definition);
  const revision = useRef(first.revision);
  const running = useRef(null);
  latest.current = definition;

  const save = useCallback(() => {
    if (running.current) return running.current.then(save);
    if (latest.current === saved.current) return Promise.resolve(true);
    const sent = latest.current;
    setState("saving");
    running.current = ask(urls.definition, { definition: sent, based_on: revision.current })
      .then(({ status, answer }) => {
        if (status === 200) {
          saved.current = sent;
          revision.current = answer.revision;
          setKnown({ ...answer, savedAt: new Date() });
          setError("");
          setState(latest.current === sent ? "saved" : "unsaved");
          return true;
        }
        setError(answer.error ?? w("not_saved"));
        setState(status === 409 ? "conflict" : "failed");
        return false;
      })
      .catch(() => {
        setError(w("not_reached"));
        setState("failed");
        return false;
      })
      .finally(() => (running.current = null));
    return running.current;
  }, []);

  useEffect(() => {
    if (loaded !== saved.current && loaded === definition) saved.current = loaded;
    if (!canEdit || definition === saved.current || state === "conflict") return undefined;
    if (state === "saved") setState("unsaved");
    const timer = setTimeout(save, state === "failed" ? 5 * PAUSE_MILLISECONDS : PAUSE_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [definition, loaded, save, state]);

  useEffect(() => {
    const warn = (event) => {
      if (canEdit && latest.current !== saved.current) event.preventDefault();
    };
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, []);

  const publish = useCallback(async () => {
    if (!(await save())) return false;
    const { status, answer } = await ask(urls.publish, {});
    setKnown((before) => ({ ...before, ...answer }));
    setError(status === 200 ? "" : (answer.error ?? w("not_published")));
    return status === 200;
  }, [save]);

  // After a conflict: take what somebody else saved, or put one's own in its place.
  const settle = useCallback((answer, mine) => {
    revision.current = answer.revision;
    if (!mine) saved.current = answer.definition;
    setKnown(answer);
    setError("");
    setState(mine ? "unsaved" : "saved");
  }, []);

  return { known, state, error, save, publish, settle };
}
