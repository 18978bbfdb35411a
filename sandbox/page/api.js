// Client of the page's API: state, events, actions.

const say = async (path, body) => {
  const response = await fetch(path, {
    method: "POST",
    body: body instanceof FormData ? body : JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
};

const ask = async (path) => {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${response.status}`);
  return response.json();
};

export const api = {
  state: () => ask("/api/state"),
  chat: (person) => ask(`/api/chat?person=${person}`),
  say: (person, text) => say("/api/say", { person, text }),
  press: (person, message_id, data) => say("/api/press", { person, message_id, data }),
  key: (person, row, column) => say("/api/key", { person, row, column }),
  read: (person) => say("/api/read", { person }),
  block: (person, blocked) => say("/api/block", { person, blocked }),
  gateway: (down) => say("/api/gateway", { down }),
  clock: (leap) => say("/api/clock", leap),
  upload: (person, file, as, caption = "") => {
    const form = new FormData();
    form.append("person", person);
    form.append("as", as);
    form.append("caption", caption);
    form.append("file", file, file.name || "picture.png");
    return say("/api/upload", form);
  },
  fileUrl: (id) => `/api/file?id=${encodeURIComponent(id)}`,
};

// The event stream. After a disconnect the browser reconnects with the id of its last event; the
// sandbox sends the missed events, or «reload» if they are no longer held.
export const listen = (after, { event, reload, connected }) => {
  const source = new EventSource(`/api/events?after=${after}`);
  source.onopen = () => connected(true);
  source.onerror = () => {
    connected(false);
    if (source.readyState === EventSource.CLOSED) setTimeout(reload, 2000);
  };
  source.onmessage = (given) => event(JSON.parse(given.data));
  source.addEventListener("reload", () => reload());
  return source;
};
